"""Every five minutes: which reminders are due?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from handlers.common.aws import client
from handlers.common.dynamodb import Table
from handlers.common.logs import begin, logger
from handlers.common.secrets import SecretUnavailable, secret
from handlers.kefir.shared.expo import Expo
from handlers.kefir.shared.moments import stamp
from handlers.kefir.shared.push import Push, run
from handlers.kefir.shared.settings import settings

if TYPE_CHECKING:
    import httpx


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `push.run`. What the event says does not matter."""
    begin("kefir", context)
    now = datetime.now(UTC)
    table = Table(client("dynamodb"), settings().table, ("PK", "SK"))
    expo = Expo(_connections(), settings().expo_base_url, cache(_access_token))
    found = run(Push(table, expo, now, lambda: context.get_remaining_time_in_millis() / 1000))
    logger.info("Reminders processed", extra={"found": found})
    return {"statusCode": 200, "body": json.dumps({"processed": found, "timestamp": stamp(now)})}


def _access_token() -> str:
    """What Expo asks of projects with enhanced security; without one, Expo says itself what it will not take."""
    try:
        return secret(settings().expo_secret_arn, "access_token")
    except SecretUnavailable:
        return ""


@cache
def _connections() -> httpx.Client:
    import httpx

    return httpx.Client()
