"""How do handlers log? One JSON object a line: timestamp, level, logger, message, request_id, function_name."""

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
    """Names the invocation in every line that follows; without ``request_id`` it is Lambda's own."""
    logger.append_keys(
        logger=system,
        service=system,
        request_id=request_id or getattr(context, "aws_request_id", ""),
        function_name=getattr(context, "function_name", ""),
    )
