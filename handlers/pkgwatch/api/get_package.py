"""GET /packages/{ecosystem}/{name}: how healthy is this package?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.packages.package_answer import Tables, answer
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.circuits import DYNAMODB
from handlers.pkgwatch.web.http import serve


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `package_answer.answer`."""
    return serve(event, context, _answer, identified=True)


def _answer(request: Request) -> Response:
    used = Tables(tables.packages(), tables.api_keys(), tables.referral_events())
    return answer(request, used, DYNAMODB, datetime.now(UTC))
