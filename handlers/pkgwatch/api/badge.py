"""GET /badge/{ecosystem}/{name}: draws a package's score as an SVG badge."""

from __future__ import annotations

import html
import math
import re
from typing import Any
from urllib.parse import unquote

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.common.web.serve import Call, Routes, serve
from handlers.pkgwatch.packages import data_quality
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalize, package_key
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.api import API

LONGEST_NAME = 214
GREY = "#9f9f9f"
DEFAULT_LABEL = "pkgwatch"
LONGEST_LABEL = 100

_COLORS = ((70, "#4c1"), (50, "#dfb317"), (0, "#e05d44"))
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_GRADIENT = (
    '<linearGradient id="s" x2="0" y2="100%"><stop offset="0" stop-color="#bbb" stop-opacity=".1"/>'
    '<stop offset="1" stop-opacity=".1"/></linearGradient>'
)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Serves ``ROUTES``."""
    return serve(event, context, ROUTES, API)


def answer(call: Call) -> Response:
    """Always 200 and a badge: where there is no score to show, the badge says why."""
    return draw(call.request, tables.packages())


def draw(request: Request, packages: Table) -> Response:
    """The badge, which may be cached for an hour, or for five minutes if it says why there is no score."""
    value, color = _value(request, packages)
    label, style = request.query.get("label") or DEFAULT_LABEL, request.query.get("style") or "flat"
    age = 3600 if color is not None else 300
    headers = {"Content-Type": "image/svg+xml", "Cache-Control": f"public, max-age={age}"}
    return Response(200, svg(label, value, color or GREY, style), headers)


def _value(request: Request, packages: Table) -> tuple[str, str | None]:
    """Text and color; without a color the text says what is wrong."""
    decoded = unquote(request.path.get("name") or "")
    ecosystem = (request.path.get("ecosystem") or "").lower()
    if not decoded:
        return "error", None
    if len(decoded) > LONGEST_NAME:
        return "name too long", None
    if ecosystem not in ECOSYSTEMS:
        return "invalid ecosystem", None
    name = normalize(ecosystem, decoded)
    if not is_valid(ecosystem, name):
        return "not found", None
    try:
        item = packages.get(package_key(ecosystem, name), ("pk", "health_score", "data_status"))
    except ServiceError:
        logger.exception("The package could not be read")
        return "error", None
    if item is None or not data_quality.exists(item):
        return "not found", None
    return _score_text(item.get("health_score"))


def _score_text(score: float | None) -> tuple[str, str]:
    """A score's text (decimals cut off) and color; unknown without one."""
    if score is None:
        return "unknown", GREY
    return str(int(score)), next((color for least, color in _COLORS if score >= least), _COLORS[-1][1])


def svg(label: str, value: str, color: str, style: str) -> str:
    """The badge: two boxes of text, 20 pixels high. ``style`` is flat-square, anything else means flat."""
    left, right = _text(label[:LONGEST_LABEL]), _text(value)
    left_width, right_width = _width(left), _width(right)
    width = left_width + right_width
    flat = style != "flat-square"
    boxes = (
        f'<rect width="{left_width}" height="20" fill="#555"/>'
        f'<rect x="{left_width}" width="{right_width}" height="20" fill="{color}"/>'
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


ROUTES: Routes[Call] = {"GET /badge/{ecosystem}/{name}": answer}
