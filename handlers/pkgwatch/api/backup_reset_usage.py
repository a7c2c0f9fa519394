"""Daily: whose paid period has ended without a word from Stripe?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.logs import begin, logger
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.usage.backup_reset import backup_reset

_RESERVE = 30_000  # milliseconds


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """See `usage_backup_reset.backup_reset`."""
    begin("pkgwatch", context)

    def more() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE)

    result = backup_reset(tables.api_keys(), more, datetime.now(UTC))
    logger.info("Ended periods were looked for", extra=dict(result))
    return result
