"""The text of differences between two states of a stack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from pkgops.cli.output.difference_text import difference_lines
from pkgops.cli.output.signs import change_sign, counted_referrers
from pkgops.cli.output.terminal import one_line, style
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.operate.diff import ResourceDiff, StackDiff
    from pkgops.operate.differences import Difference


def diff_text(diffs: Sequence[StackDiff], *, full: bool = False) -> str:
    """Each changed stack with its resources, the worst changes first, and the values that differ. Long values are
    shortened to where they differ, and what stays as it is is counted, unless ``full``."""
    return "\n".join(line for stack in diffs if not stack.empty for line in _stack(stack, full=full))


def _stack(stack: StackDiff, *, full: bool) -> Iterator[str]:
    yield f"{stack.name}  {stack.action}"
    for resource in stack.resources:
        yield from _resource(resource, full=full)
    yield from _section("Parameters", stack.parameters, full=full)
    yield from _section("Tags", stack.tags, full=full)
    if stack.tagged:
        names = ", ".join(stack.tagged)
        count = len(stack.tagged)
        yield f"      on {names if full or count == 1 else counted(count, 'resource')}"
    yield from _section("Template", stack.rest, full=full)
    if stack.later:
        yield f"  updated again in the end, with {' and '.join(stack.later)}, known once deployed"
    yield from (f"  {one_line(str(one))}" for one in stack.swapped)


def _resource(resource: ResourceDiff, *, full: bool) -> Iterator[str]:
    sign, color, notes = change_sign(resource.action, resource.replacement, lost=resource.stateful_loss)
    if resource.causes:
        notes.append(f"by {', '.join(resource.causes)}")
    notes += counted_referrers(resource.referrers, full=full)
    note = f"  {', '.join(notes)}" if notes else ""
    yield style(f"  {sign} {one_line(resource.logical_id)}", fg=color) + f"  {one_line(resource.type)}{one_line(note)}"
    yield from _differences(resource.differences, full=full)


def _section(head: str, differences: Sequence[Difference], *, full: bool) -> Iterator[str]:
    if differences:
        yield f"  {head}"
        yield from _differences(differences, full=full)


def _differences(differences: Sequence[Difference], *, full: bool) -> Iterator[str]:
    """Members that come to or leave a list stand under its name."""
    for path, group in groupby(differences, key=lambda one: one.path):
        yield from difference_lines(path, list(group), full=full)
