"""The end of a connection."""

from __future__ import annotations

from typing import Any

from handlers.always_coder.relay.departures import depart
from handlers.always_coder.runtime.gateway import gateway
from handlers.common import logs
from handlers.common.logs import logger


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway's ``$disconnect``; it is 200 whatever happens, as nothing could be done with another answer."""
    logs.begin("always_coder", context)
    try:
        depart(gateway(event["requestContext"]), event["requestContext"]["connectionId"])
    except Exception:
        logger.exception("departure_failed")
    return {"statusCode": 200, "body": "Disconnected"}
