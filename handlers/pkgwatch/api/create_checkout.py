"""POST /checkout/create: I want to pay for a plan."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.billing.checkout import answer
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.http import serve


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `checkout.answer`."""
    return serve(event, context, _answer)


def _answer(request: Request) -> Response:
    return answer(request, tables.api_keys(), settings().base_url, datetime.now(UTC))
