"""Metrics over time, small enough for a row of a table: counts as bars, measures as lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pkgops.graph.text import shown

_WIDTH, _HEIGHT, _ROOM = 220, 40, 2  # pixels
_CLASSES = ("first", "second", "third")


@dataclass(frozen=True, slots=True)
class Frame:
    """The time that is drawn, in epoch seconds, and the length of its periods."""

    start: int
    end: int
    period: int

    def x(self, moment: int) -> float:
        """The place of a moment."""
        return round(_ROOM + (moment - self.start) / max(self.end - self.start, 1) * (_WIDTH - 2 * _ROOM), 1)


Points = Sequence[tuple[int, float]]


def bars(curves: Sequence[Points], frame: Frame, label: str) -> str:
    """Counts: a bar for each period, those of later curves over those of earlier ones."""
    most = max((value for points in curves for _, value in points), default=0.0)
    paths = []
    for name, points in zip(_CLASSES, curves, strict=False):
        marks = "".join(f"M{frame.x(at)} {_HEIGHT - _ROOM}V{_y(value, most)}" for at, value in points if value)
        paths.append(f'<path class="line {name}" d="{marks}"/>' if marks else "")
    return _svg(label, "".join(paths))


def lines(curves: Sequence[Points], frame: Frame, label: str, limit: float | None = None) -> str:
    """Measures: a line for each curve, interrupted where nothing was measured; ``limit`` as a line across."""
    values = [value for points in curves for _, value in points]
    most = max([*values, limit or 0.0], default=0.0)
    across = f'<path class="line limit" stroke-dasharray="3 3" d="M0 {_y(limit, most)}H{_WIDTH}"/>' if limit else ""
    paths = [
        f'<path class="line {name}" stroke-linecap="round" d="{_line(points, frame, most)}"/>'
        for name, points in zip(_CLASSES, curves, strict=False)
        if points
    ]
    return _svg(label, across + "".join(paths))


def _line(points: Points, frame: Frame, most: float) -> str:
    parts, before = [], None
    for at, value in points:
        joined = before is not None and at - before <= 1.5 * frame.period
        parts.append(f"{'L' if joined else 'M'}{frame.x(at)} {_y(value, most)}" + ("" if joined else "h2"))
        before = at
    return "".join(parts)


def _y(value: float, most: float) -> float:
    share = min(max(value / most, 0.0), 1.0) if most > 0 else 0.0
    return round(_HEIGHT - _ROOM - share * (_HEIGHT - 2 * _ROOM), 1)


def _svg(label: str, drawn: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-label="{escape(shown(label, 200))}"><path class="grid" d="M0 {_HEIGHT - 0.5}H{_WIDTH}"/>{drawn}</svg>'
    )
