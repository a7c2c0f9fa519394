"""POST /scan: how healthy are these dependencies?"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.request import Request
from handlers.common.responses import Response
from handlers.pkgwatch.shared import tables
from handlers.pkgwatch.shared.circuits import DYNAMODB
from handlers.pkgwatch.shared.http import serve
from handlers.pkgwatch.shared.package_queue import PackageQueue
from handlers.pkgwatch.shared.scan_answer import Services, answer
from handlers.pkgwatch.shared.settings import settings


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `scan_answer.answer`."""
    return serve(event, context, _answer, identified=True)


def _answer(request: Request) -> Response:
    queue = PackageQueue(partial(client, "sqs"), settings().package_queue_url)
    services = Services(tables.packages(), tables.api_keys(), tables.referral_events(), queue)
    return answer(request, services, DYNAMODB, datetime.now(UTC))
