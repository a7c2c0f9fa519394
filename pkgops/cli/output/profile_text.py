"""The text of a profile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pkgops.cli.output.terminal import indented, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pkgops.operate.invocations.profile import Measured, Profile

_SHOWN = 8  # rows of each kind
_SHORT = 0.0005  # seconds: less is not worth a row


def profile_text(profile: Profile) -> str:
    """A line for the start, the cold and the warm call, with what each spent its time on below it."""
    parts = (("start", profile.start), ("cold call", profile.cold), ("warm call", profile.warm))
    lines = [line for name, measured in parts for line in _measured(name, measured)]
    return "\n".join([*lines, *([indented(profile.result.error)] if profile.result.error else [])])


def _measured(name: str, measured: Measured) -> Iterator[str]:
    yield f"{name:<10}{_time(measured.seconds)}"
    yield from _rows("imports", measured.imports)
    yield from _rows("calls", measured.calls)


def _rows(what: str, values: Mapping[str, float]) -> Iterator[str]:
    """The longest, and the sum of the others."""
    rows = [(name, seconds) for name, seconds in values.items() if seconds >= _SHORT]
    if not rows:
        return
    yield f"  {what:<8}{_time(sum(values.values()))}"
    for name, seconds in rows[:_SHOWN]:
        yield f"    {_time(seconds)}  {one_line(name)}"
    if rest := rows[_SHOWN:]:
        yield f"    {_time(sum(seconds for _, seconds in rest))}  {len(rest)} others"


def _time(seconds: float) -> str:
    return f"{seconds * 1000:8.1f} ms"
