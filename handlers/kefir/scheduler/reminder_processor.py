"""The reminder processor, which runs every five minutes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from handlers.common.http import HttpClient
from handlers.common.logs import begin, logger
from handlers.common.secrets import SecretUnavailable, secret
from handlers.kefir.data.timestamps import iso
from handlers.kefir.push.expo import CONNECT, Expo
from handlers.kefir.push.lease import lease
from handlers.kefir.push.run import Push, run
from handlers.kefir.runtime.settings import settings
from handlers.kefir.runtime.table import diary_table


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Sends the reminders that are due, unless another run does; the content of the event does not matter."""
    begin("kefir", context)
    now = datetime.now(UTC)
    table, found = diary_table(), 0
    with lease(table, context.aws_request_id, now, _seconds_left(context)) as held:
        if held:
            left = partial(_seconds_left, context)
            expo = Expo(_client(), settings().expo_base_url, cache(_access_token), seconds_left=left)
            found = run(Push(table, expo, now, left))
    logger.info("Reminders processed", extra={"found": found})
    return {"statusCode": 200, "body": json.dumps({"processed": found, "timestamp": iso(now)})}


def _seconds_left(context: Any) -> float:
    return float(context.get_remaining_time_in_millis()) / 1000


def _access_token() -> str:
    """The token of projects with enhanced security; without one, Expo itself refuses what it does not accept."""
    try:
        return secret(settings().expo_secret_arn, "access_token")
    except SecretUnavailable:
        return ""


@cache
def _client() -> HttpClient:
    return HttpClient(connect=CONNECT)
