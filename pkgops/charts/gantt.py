"""A deployment as a Gantt chart: a row for each stack and for the resources that took longest, over its time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape

from pkgops.charts.style import style_sheet
from pkgops.charts.timeline import Span
from pkgops.graph.text import shown

_ROWS = 40  # resources that are drawn
_WIDTH, _NAMES, _RIGHT, _TOP, _ROW = 980, 290, 190, 46, 20  # pixels
_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200)  # seconds between lines of the grid


def gantt(spans: Sequence[Span], named: str) -> str:
    """An SVG document with its own style sheet, for a file."""
    drawn = part(spans, named)
    head, _, rest = drawn.partition(">")
    return f"{head}><style>{style_sheet()}</style>{rest}\n"


def title(spans: Sequence[Span]) -> str:
    """What a chart is called: how many stacks, when, and how long."""
    stacks = sum(not span.resource for span in spans)
    began = datetime.fromtimestamp(min(span.start for span in spans), UTC).strftime("%Y-%m-%d %H:%M:%S")
    took = duration(max(span.end for span in spans) - min(span.start for span in spans))
    return f"Deployment of {stacks} stack{'' if stacks == 1 else 's'}, {began} UTC, {took}"


def page(spans: Sequence[Span], named: str) -> str:
    """An HTML document of the chart, for a file."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(shown(named))}</title></head>\n<body>{gantt(spans, named)}</body></html>\n"
    )


def part(spans: Sequence[Span], named: str) -> str:
    """The SVG element alone, for a page that has the style sheet."""
    rows = _longest(spans)
    left_out = Counter(span.stack for span in spans) - Counter(span.stack for span in rows)
    start, end = min((s.start for s in spans), default=0.0), max((s.end for s in spans), default=1.0)
    scale = (_WIDTH - _NAMES - _RIGHT) / max(end - start, 0.1)
    height = _TOP + _ROW * len(rows) + 12
    body = [
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" role="img" aria-label="{escape(shown(named, 120))}">',
        f'<rect class="page" width="{_WIDTH}" height="{height}"/>',
        f'<text class="name" x="8" y="17">{escape(shown(named, 120))}</text>',
        *_grid(end - start, scale, height),
        *(_row(span, at, start, scale, left_out[span.stack]) for at, span in enumerate(rows)),
        "</svg>",
    ]
    return "\n".join(body)


def _longest(spans: Sequence[Span]) -> list[Span]:
    """Every stack, and the resources that took longest or failed, in their order."""
    resources = sorted((span for span in spans if span.resource), key=lambda span: (not span.failed, -span.seconds))
    kept = {id(span) for span in resources[:_ROWS]}
    return [span for span in spans if not span.resource or id(span) in kept]


def _grid(seconds: float, scale: float, height: int) -> Iterator[str]:
    step = next((step for step in _STEPS if seconds / step <= 8), _STEPS[-1])
    for number in range(int(seconds / step) + 1):
        x = round(_NAMES + number * step * scale, 1)
        yield f'<path class="grid" d="M{x} {_TOP - 8}V{height - 6}"/>'
        yield f'<text class="faint" x="{x}" y="{_TOP - 12}" text-anchor="middle">{duration(number * step)}</text>'


def _row(span: Span, at: int, start: float, scale: float, left_out: int) -> str:
    y = _TOP + at * _ROW
    x, width = round(_NAMES + (span.start - start) * scale, 1), max(round(span.seconds * scale, 1), 1.5)
    group = "failed" if span.failed else "open" if span.open else "done"
    name = span.resource or span.stack
    more = f", {left_out} quicker not drawn" if left_out and not span.resource else ""
    tooltip = f"{name}: {span.status.replace('_', ' ').lower()}, {duration(span.seconds)}"
    tooltip += f" ({span.type}). {span.reason}".rstrip(". ") + "."
    indent, kind = (20, "") if span.resource else (8, ' class="name"')
    tall = 8 if span.resource else 12
    return (
        f"<g><title>{escape(shown(tooltip, 300))}</title>"
        f'<text{kind} x="{indent}" y="{y + 14}">{escape(shown(name, 44 if span.resource else 40))}</text>'
        f'<rect class="bar {group}" x="{x}" y="{y + 10 - tall // 2}" width="{width}" height="{tall}" rx="2"/>'
        f'<text class="faint" x="{round(x + width + 4, 1)}" y="{y + 14}">{duration(span.seconds)}{more}</text></g>'
    )


def duration(seconds: float) -> str:
    """``40 ms``, ``1.4 s``, ``12 s``, ``3 min``, ``2 min 5 s``."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    minutes, rest = divmod(round(seconds), 60)
    return f"{rest} s" if not minutes else f"{minutes} min" + (f" {rest} s" if rest else "")
