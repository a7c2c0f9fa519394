"""POST /checkout/create: I want to pay for a plan."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.request import Request
from handlers.common.responses import Response
from handlers.pkgwatch.shared import tables
from handlers.pkgwatch.shared.checkout import answer
from handlers.pkgwatch.shared.http import serve
from handlers.pkgwatch.shared.settings import settings


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `checkout.answer`."""
    return serve(event, context, _answer)


def _answer(request: Request) -> Response:
    return answer(request, tables.api_keys(), settings().base_url, datetime.now(UTC))
