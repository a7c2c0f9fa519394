"""All commands name systems alike: the same arguments, the same option, groups like their commands."""

from __future__ import annotations

from collections.abc import Iterator

import click

from pkgops.cli.main import root as program

# How a command names what it works on; each form is looked up by `pkgops.select`.
FORMS = {
    *("[SYSTEM]", "[SYSTEM] USER", "[SYSTEM ...]", "[SYSTEM[/STACK] ...]", "[SYSTEM[/STACK] ... | [SYSTEM/]KEY]"),
    *("[SYSTEM/]NAME", "[SYSTEM/]QUEUE", "[SYSTEM/]FUNCTION", "[SYSTEM|[SYSTEM/]FUNCTION ...]"),
}
PARTS = {"[FIELD]", "[FIELD | FIELD=SOURCE ...]", "[DIR]"}  # what a command takes besides
# They make a project, print a script, run the emulator of all systems, show all systems.
WITHOUT_SYSTEM = {"init", "completion", "local", "console"}


def walk(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
    else:
        for name in command.list_commands(click.Context(command)):
            yield from walk(command.get_command(click.Context(command), name), (*path, name))


def test_every_command_takes_a_system_the_same_way():
    for path, command in walk(program):
        options = {name for each in command.params for name in each.opts}
        named = [each.metavar for each in command.params if each.param_type_name == "argument"]
        if path[0] in WITHOUT_SYSTEM:
            assert "--system" not in options, path
        else:
            assert "--system" in options, path
            assert {form for form in named if form not in PARTS} <= FORMS, path


def test_every_group_of_a_system_has_a_command_to_run_by_default():
    for name in program.list_commands(click.Context(program)):
        group = program.get_command(click.Context(program), name)
        if isinstance(group, click.Group) and name not in WITHOUT_SYSTEM:
            assert group.default in group.commands, name
