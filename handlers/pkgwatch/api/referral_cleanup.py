"""Daily: which referrals have waited in vain?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.logs import begin, logger
from handlers.pkgwatch.referrals.cleanup import clean
from handlers.pkgwatch.runtime import tables

_RESERVE = 10_000  # milliseconds


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """See `referral_cleanup.clean`."""
    begin("pkgwatch", context)

    def more() -> bool:
        return bool(context.get_remaining_time_in_millis() > _RESERVE)

    result = clean(tables.api_keys(), more, datetime.now(UTC))
    logger.info("Referrals cleaned up", extra=dict(result))
    return result
