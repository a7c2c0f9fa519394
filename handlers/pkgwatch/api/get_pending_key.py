"""GET /auth/pending-key, GET /api-keys/pending: show me my new key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.accounts.pending_key import answer
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.web.http import serve


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `pending_key.answer`."""
    return serve(event, context, _answer)


def _answer(request: Request) -> Response:
    return answer(request, tables.api_keys(), datetime.now(UTC))
