"""What does a package's badge look like?"""

from __future__ import annotations

import html
import math
import re

GREY = "#9f9f9f"
DEFAULT_LABEL = "pkgwatch"
LONGEST_LABEL = 100

_COLOURS = ((70, "#4c1"), (50, "#dfb317"), (0, "#e05d44"))
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_GRADIENT = (
    '<linearGradient id="s" x2="0" y2="100%"><stop offset="0" stop-color="#bbb" stop-opacity=".1"/>'
    '<stop offset="1" stop-opacity=".1"/></linearGradient>'
)


def score_text(score: float | None) -> tuple[str, str]:
    """A score's text (decimals cut off) and colour; unknown without one."""
    if score is None:
        return "unknown", GREY
    return str(int(score)), next((colour for least, colour in _COLOURS if score >= least), _COLOURS[-1][1])


def svg(label: str, value: str, colour: str, style: str) -> str:
    """The picture: two boxes of text, 20 high. ``style`` is flat-square, anything else means flat."""
    left, right = _text(label[:LONGEST_LABEL]), _text(value)
    left_width, right_width = _width(left), _width(right)
    width = left_width + right_width
    flat = style != "flat-square"
    boxes = (
        f'<rect width="{left_width}" height="20" fill="#555"/>'
        f'<rect x="{left_width}" width="{right_width}" height="20" fill="{colour}"/>'
    )
    if flat:
        corners = f'<clipPath id="r"><rect width="{width}" height="20" rx="3" fill="#fff"/></clipPath>'
        shade = f'<rect width="{width}" height="20" fill="url(#s)"/>'
        boxes = f'{_GRADIENT}{corners}<g clip-path="url(#r)">{boxes}{shade}</g>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" '
        f'aria-label="{left}: {right}"><title>{left}: {right}</title>{boxes}'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{left_width / 2}" y="14">{left}</text>'
        f'<text x="{left_width + right_width / 2}" y="14">{right}</text></g></svg>'
    )


def _text(text: str) -> str:
    return html.escape(_NOT_IN_XML.sub("", text))


def _width(escaped: str) -> int:
    return math.ceil(len(escaped) * 6.5) + 20
