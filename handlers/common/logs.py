"""The log of handlers: one JSON object a line, with timestamp, level, logger, message, request_id, function_name."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

logger = Logger(
    service="handlers",
    utc=True,
    use_rfc3339=True,
    location=None,
    log_record_order=["timestamp", "level", "logger", "message"],
)


def begin(system: str, context: Any, request_id: str = "") -> None:
    """Puts the invocation's ids into every line that follows; ``request_id`` is Lambda's own by default."""
    logger.append_keys(
        logger=system,
        service=system,
        request_id=request_id or getattr(context, "aws_request_id", ""),
        function_name=getattr(context, "function_name", ""),
    )
