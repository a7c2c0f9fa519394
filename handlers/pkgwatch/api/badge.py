"""GET /badge/{ecosystem}/{name}: a package's score as a picture."""

from __future__ import annotations

from typing import Any

from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.packages.badge_answer import answer
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.http import serve


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `badge_answer.answer`."""
    return serve(event, context, _answer)


def _answer(request: Request) -> Response:
    return answer(request, tables.packages())
