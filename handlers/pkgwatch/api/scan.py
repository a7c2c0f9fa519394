"""POST /scan: how healthy are these dependencies?"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.packages.package_queue import PackageQueue
from handlers.pkgwatch.packages.scan_answer import Services, answer
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.circuits import DYNAMODB
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.http import serve


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `scan_answer.answer`."""
    return serve(event, context, _answer, identified=True)


def _answer(request: Request) -> Response:
    queue = PackageQueue(partial(client, "sqs"), settings().package_queue_url)
    services = Services(tables.packages(), tables.api_keys(), tables.referral_events(), queue)
    return answer(request, services, DYNAMODB, datetime.now(UTC))
