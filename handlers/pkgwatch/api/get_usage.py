"""GET /usage: how much of the month's requests is used?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.circuits import DYNAMODB
from handlers.pkgwatch.usage.usage_answer import answer
from handlers.pkgwatch.web.http import serve


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `usage_answer.answer`."""
    return serve(event, context, _answer)


def _answer(request: Request) -> Response:
    return answer(request, tables.api_keys(), DYNAMODB, datetime.now(UTC))
