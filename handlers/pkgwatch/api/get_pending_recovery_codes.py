"""GET /auth/pending-recovery-codes: show me my first recovery codes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.request import Request
from handlers.common.responses import Response
from handlers.pkgwatch.shared import tables
from handlers.pkgwatch.shared.http import serve
from handlers.pkgwatch.shared.pending_codes import answer


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `pending_codes.answer`."""
    return serve(event, context, _answer)


def _answer(request: Request) -> Response:
    return answer(request, tables.api_keys(), datetime.now(UTC))
