"""The start of a connection. Its session is not known before its first frame, so nothing is written."""

from __future__ import annotations

from typing import Any

from handlers.common import logs
from handlers.common.logs import logger


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway's ``$connect``."""
    logs.begin("always_coder", context)
    logger.info("connected", connection_id=event["requestContext"]["connectionId"])
    return {"statusCode": 200, "body": "Connected"}
