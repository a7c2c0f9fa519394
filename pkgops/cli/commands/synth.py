"""Which templates does the code describe?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgops.cli.options import choice, targets, verb

if TYPE_CHECKING:
    from pkgops.build.synth import Synthesized
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops synth api
pkgops synth --stage prod --to build/templates
pkgops synth storage --format yaml --stage dev"""


@verb("synth", example=EXAMPLE)
@targets
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write files there.")
@choice("--format", ("json", "yaml"), "How templates are written.", default="json")
def command(session: Session, names: tuple[str, ...], everything: bool, folder: Path | None, format: str) -> None:
    """Writes the CloudFormation templates to stdout, or a file a stack with --to.

    One template stands for itself; several are one object by stack name, or YAML documents.
    """
    stacks = session.synthesized(names, everything)
    if folder is None:
        text = _several(stacks, format)
        session.show(stacks[0].template if len(stacks) == 1 else _by_name(stacks), text)
        return
    rows = [(stack.system, stack.key, _write(stack, folder, format)) for stack in stacks]
    session.rows(("System", "Stack", "File"), rows, "There are no stacks.")


def _by_name(stacks: list[Synthesized]) -> dict[str, object]:
    return {stack.name: stack.template for stack in stacks}


def _several(stacks: list[Synthesized], format: str) -> str:
    if len(stacks) == 1:
        return _text(stacks[0].template, format)
    if format == "yaml":
        return "\n".join(f"---\n# {stack.name}\n{_text(stack.template, format)}" for stack in stacks)
    return _text(_by_name(stacks), format)


def _write(stack: Synthesized, folder: Path, format: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stack.name}.{format}"
    path.write_text(_text(stack.template, format) + "\n", encoding="utf-8")
    return str(path)


def _text(value: object, format: str) -> str:
    if format == "json":
        return json.dumps(value, indent=2, ensure_ascii=False)
    import yaml

    # Through JSON first: templates hold str and int subclasses, which YAML would write as Python objects.
    text: str = yaml.safe_dump(json.loads(json.dumps(value)), sort_keys=False, width=110, allow_unicode=True)
    return text.rstrip("\n")
