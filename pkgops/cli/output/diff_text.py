"""The text of differences between two states of a stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pkgops.cli.output.terminal import one_line, style

if TYPE_CHECKING:
    from pkgops.operate.diff import Difference, ResourceDiff, StackDiff

LONGEST = 100  # characters of a value
_SIGNS = {"add": ("+", "green"), "modify": ("~", "yellow"), "remove": ("-", "red")}


def diff_text(diffs: Sequence[StackDiff]) -> str:
    """Each changed stack with its resources and the values that differ."""
    lines: list[str] = []
    for stack in diffs:
        if stack.empty:
            continue
        lines.append(f"{stack.name}  {stack.action}")
        for resource in stack.resources:
            lines += _resource(resource)
        lines += _section("Parameters", stack.parameters)
        lines += _section("Template", stack.rest)
    return "\n".join(lines)


def _resource(resource: ResourceDiff) -> Iterator[str]:
    sign, color = _SIGNS[resource.action]
    notes = []
    if resource.replacement != "False" and resource.action == "modify":
        sign, color = "-/+", "red"
        notes.append("replaced" if resource.replacement == "True" else "may be replaced")
    if resource.stateful_loss:
        notes.append("DATA LOSS")
    note = f"  {', '.join(notes)}" if notes else ""
    yield style(f"  {sign} {one_line(resource.logical_id)}", fg=color) + f"  {one_line(resource.type)}{note}"
    for difference in resource.differences:
        yield _difference(difference)


def _section(head: str, differences: Sequence[Difference]) -> Iterator[str]:
    if differences:
        yield f"  {head}"
        yield from map(_difference, differences)


def _difference(difference: Difference) -> str:
    if difference.before is None:
        return style(f"      + {one_line(difference.path)}: {_shortened(difference.after)}", fg="green")
    if difference.after is None:
        return style(f"      - {one_line(difference.path)}: {_shortened(difference.before)}", fg="red")
    return f"      {one_line(difference.path)}: {_shortened(difference.before)} -> {_shortened(difference.after)}"


def _shortened(value: str | None) -> str:
    text = one_line(value or "")
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
