"""``pkgops synth``: writes the CloudFormation templates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import choice, targets

if TYPE_CHECKING:
    from pkgops.build.synth import SynthesizedStack
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops synth api
pkgops synth --stage prod --to build/templates
pkgops synth storage --format yaml --stage dev"""


@session_command("synth", example=EXAMPLE)
@targets
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write files to this folder.")
@choice("--format", ("json", "yaml"), "Template format.", default="json")
def command(session: Session, names: tuple[str, ...], all_systems: bool, folder: Path | None, format: str) -> None:
    """Write the CloudFormation templates to stdout, or one file per stack with --to.

    A single template is written bare; several as one object by stack name, or as YAML documents.
    """
    stacks = _selected(session, names, all_systems)
    if folder is None:
        text = _joined(stacks, format)
        session.console.print_result(stacks[0].template if len(stacks) == 1 else _by_name(stacks), text)
        return
    rows = [(stack.system, stack.key, _write(stack, folder, format)) for stack in stacks]
    session.console.print_table(("System", "Stack", "File"), rows, "There are no stacks.")


def _selected(session: Session, names: tuple[str, ...], all_systems: bool) -> list[SynthesizedStack]:
    from pkgops.build.build import advise, synthesized

    found: list[SynthesizedStack] = []
    for project, keys in session.targets(names, all_systems):
        advise(project, session.console.emit)
        found += [stack for stack in synthesized(project) if not keys or stack.key in keys]
    return found


def _by_name(stacks: list[SynthesizedStack]) -> dict[str, object]:
    return {stack.name: stack.template for stack in stacks}


def _joined(stacks: list[SynthesizedStack], format: str) -> str:
    if len(stacks) == 1:
        return _text(stacks[0].template, format)
    if format == "yaml":
        return "\n".join(f"---\n# {stack.name}\n{_text(stack.template, format)}" for stack in stacks)
    return _text(_by_name(stacks), format)


def _write(stack: SynthesizedStack, folder: Path, format: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stack.name}.{format}"
    path.write_text(_text(stack.template, format) + "\n", encoding="utf-8")
    return str(path)


def _text(value: object, format: str) -> str:
    if format == "json":
        import msgspec

        # The standard library indents in Python: a tenth of the whole command.
        return msgspec.json.format(json.dumps(value, ensure_ascii=False), indent=2)
    import yaml

    # Through JSON first: templates hold str and int subclasses, which YAML would write as Python objects.
    text: str = yaml.safe_dump(json.loads(json.dumps(value)), sort_keys=False, width=110, allow_unicode=True)
    return text.rstrip("\n")
