"""Daily: closes pending referrals that have expired."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.common.deadline import Deadline
from handlers.common.dynamodb import Table
from handlers.common.logs import begin, logger
from handlers.common.timestamps import parse as parse_time
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.referrals.credit import close
from handlers.pkgwatch.referrals.events import Referral
from handlers.pkgwatch.runtime import tables

_RESERVE = 10.0  # seconds
_WAITING = "sk = :meta AND attribute_exists(referral_pending)"


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many referrals had expired, and how many of them were closed (`clean`)."""
    begin("pkgwatch", context)
    result = clean(tables.api_keys(), Deadline.of(context, _RESERVE), datetime.now(UTC))
    logger.info("Referrals cleaned up", extra=dict(result))
    return result


def clean(keys: Table, deadline: Deadline, now: datetime) -> dict[str, int]:
    """Closes pending referrals that have expired, until the deadline. Returns how many were ``expired``, and how many
    of those ``cleaned`` and ``failed``."""
    counts = {"expired": 0, "cleaned": 0, "failed": 0}
    for user in keys.scan(_WAITING, {"meta": USER_META}):
        expires = parse_time(user.get("referral_pending_expires"))
        if expires is None or expires >= now:
            continue
        if deadline.passed():
            logger.warning("Time ran out; the other referrals are left for tomorrow")
            break
        counts["expired"] += 1
        try:
            counts["cleaned"] += close(keys, Referral(user.get("referred_by") or "", user["pk"]))
        except Exception:
            logger.exception("A referral could not be closed", extra={"referred": user["pk"]})
            counts["failed"] += 1
    return counts
