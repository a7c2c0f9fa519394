"""POST /packages/request: please collect this package."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.web.request import Request
from handlers.common.web.response import Response
from handlers.pkgwatch.packages import existence
from handlers.pkgwatch.packages.package_queue import PackageQueue
from handlers.pkgwatch.packages.package_requests import Services, answer
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.web.http import serve


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `package_requests.answer`."""
    return serve(event, context, _answer)


def _answer(request: Request) -> Response:
    services = Services(
        packages=tables.packages(),
        keys=tables.api_keys(),
        queue=PackageQueue(partial(client, "sqs"), settings().package_queue_url),
        exists=partial(existence.exists, settings().depsdev_base_url),
        ip_hash_salt=settings().ip_hash_salt,
    )
    return answer(request, services, datetime.now(UTC))
