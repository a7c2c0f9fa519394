"""What is the answer to GET /badge/{ecosystem}/{name}?"""

from __future__ import annotations

from urllib.parse import unquote

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.packages.badge import DEFAULT_LABEL, GREY, score_text, svg
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalise, package_key

LONGEST_NAME = 214


def answer(request: Request, packages: Table) -> Response:
    """Always 200 and a picture: where the score cannot be shown, the picture says why."""
    value, colour = _value(request, packages)
    good = colour is not None
    picture = svg(
        request.query.get("label") or DEFAULT_LABEL, value, colour or GREY, request.query.get("style") or "flat"
    )
    age = 3600 if good else 300
    return Response(200, picture, {"Content-Type": "image/svg+xml", "Cache-Control": f"public, max-age={age}"})


def _value(request: Request, packages: Table) -> tuple[str, str | None]:
    """Text and colour; no colour means that the text says what is wrong."""
    decoded = unquote(request.path.get("name") or "")
    ecosystem = (request.path.get("ecosystem") or "").lower()
    if not decoded:
        return "error", None
    if len(decoded) > LONGEST_NAME:
        return "name too long", None
    if ecosystem not in ECOSYSTEMS:
        return "invalid ecosystem", None
    name = normalise(ecosystem, decoded)
    if not is_valid(ecosystem, name):
        return "not found", None
    try:
        item = packages.get(package_key(ecosystem, name), ("pk", "health_score"))
    except ServiceError:
        logger.exception("The package could not be read")
        return "error", None
    return score_text(item.get("health_score")) if item else ("not found", None)
