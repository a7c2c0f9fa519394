"""GET /verify: this address is mine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.accounts.verification import Services, answer
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.http import serve


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `verification.answer`."""
    return serve(event, context, _answer)


def _answer(request: Request) -> Response:
    return answer(request, Services(tables.api_keys(), tables.referral_events()), datetime.now(UTC))
