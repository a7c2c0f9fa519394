"""What does an audit's function do, whichever ranking it asks?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.pkgwatch.collect.discovery.audit import Audit, run
from handlers.pkgwatch.collect.discovery.rankings import Ranked
from handlers.pkgwatch.collect.upstream.client import Web, connections
from handlers.pkgwatch.collect.upstream.deadline import Budget
from handlers.pkgwatch.packages.package_queue import PackageQueue
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

_RESERVE = 30.0  # seconds


def answer(audit: Audit, ranking: Callable[[Web], Iterator[Ranked]], context: Any) -> dict[str, Any]:
    """Answers with ``{"audited", "missing", "added", "queued"}``; see `audit.run`."""
    begin("pkgwatch", context)
    web = Web(connections(), Budget(lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE))
    queue = PackageQueue(partial(client, "sqs"), settings().package_queue_url)
    with metrics() as told:
        result = run(audit, ranking(web), tables.packages(), queue, told, datetime.now(UTC))
    logger.info("Audited", extra=dict(result))
    return {"statusCode": 200, "body": json.dumps(result)}
