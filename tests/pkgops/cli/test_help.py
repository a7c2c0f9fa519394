"""What every command has: help, an example that parses, the shared options, an answer to a wrong option."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest

from pkgops.cli.command import SessionCommand
from pkgops.cli.main import COMMANDS, root

SHARED = {"--output", "--debug", "--color", "--stage", "--project"}
OUTSIDE = {"--stage", "--project"}  # of a project: what makes one knows no stage


def commands() -> Iterator[tuple[tuple[str, ...], SessionCommand]]:
    for name in COMMANDS:
        command = root.get_command(click.Context(root), name)
        if isinstance(command, click.Group):
            yield from (((name, sub), subcommand) for sub, subcommand in command.commands.items())
        else:
            yield (name,), command


ALL = dict(commands())
PARENT = root.make_context("pkgops", [], resilient_parsing=True)  # a help option is made once, as the parent has it
EACH = pytest.mark.parametrize("path", ALL, ids=" ".join)


@EACH
def test_help_has_sentences_and_examples(run, path):
    result = run(*path, "--help")
    assert result.exit_code == 0
    text = ALL[path].help or ""
    assert text.split("\n")[0].rstrip().endswith((".", ","))
    assert "\nExamples:\n  " in result.stdout
    expected = SHARED - OUTSIDE if path == ("init",) else SHARED
    assert {option for parameter in ALL[path].params for option in parameter.opts} >= expected


@EACH
def test_examples_parse(path):
    """An example that the parser refuses would be worse than none."""
    for line in ALL[path].example.splitlines():
        command = line.split("pkgops ", 1)[1]
        words = shlex.split(command.partition(" >")[0].removesuffix(')"'))
        assert words[: len(path)] == list(path), line
        context = ALL[path].make_context(path[-1], words[len(path) :], parent=PARENT)
        context.close()


@EACH
def test_a_wrong_option_names_the_help(run, path):
    result = run(*path, "--no-such-option")
    assert result.exit_code == 2
    assert f"Help: pkgops {' '.join(path)} --help" in result.stderr


@EACH
def test_help_texts_are_plain_sentences(path):
    texts = [ALL[path].help or "", *(getattr(p, "help", "") or "" for p in ALL[path].params)]
    for text in texts:
        assert "!" not in text
        assert text.isascii()
        assert text == "" or text[0].isupper() or text[0].isdigit()


def test_completion_and_local_groups_answer_unknown_names(run):
    assert run("local", "upp").exit_code == 2
    assert run("completion", "tcsh").exit_code == 2
