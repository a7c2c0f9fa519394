"""Monthly: everybody's requests start again at zero."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import client
from handlers.common.logs import begin, logger
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings
from handlers.pkgwatch.usage.monthly_reset import Run, reset

_RESERVE = 60_000  # milliseconds: less than this is not enough for another page


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """See `usage_reset.reset`; ``{"resume_key": {"pk", "sk"}}`` goes on from there."""
    begin("pkgwatch", context)

    def more() -> bool:
        return bool(context.get_remaining_time_in_millis() >= _RESERVE)

    def again(resume_key: dict[str, str]) -> None:
        payload = json.dumps({"resume_key": resume_key}).encode()
        client("lambda").invoke(FunctionName=context.function_name, InvocationType="Event", Payload=payload)

    run = Run(more, again, settings().billing_cycle_reset_enabled)
    result = reset(tables.api_keys(), (event or {}).get("resume_key"), run, datetime.now(UTC))
    logger.info("Usage was reset", extra=dict(result))
    return result
