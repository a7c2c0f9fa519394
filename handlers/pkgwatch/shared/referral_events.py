"""How far has a referral got?

One item a referral, ``pk`` the referrer, ``sk`` ``<referred>#<state>``; states only move up:
pending, signup, paid, retained.
"""

from __future__ import annotations

from datetime import datetime

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso

STATES = ("pending", "signup", "paid", "retained")


def reach(events: Table, referrer: str, referred: str, state: str, reward: int, now: datetime) -> bool:
    """Moves a referral up to ``state``; False if it was there or further already. States below are removed
    at best effort; the masked address of the pending one is kept."""
    below, above = STATES[: STATES.index(state)], STATES[STATES.index(state) + 1 :]
    earlier = [events.get((referrer, f"{referred}#{old}")) for old in below]
    masked = next((e["referred_email_masked"] for e in earlier if e and e.get("referred_email_masked")), None)
    item = {
        "pk": referrer,
        "sk": f"{referred}#{state}",
        "referred_id": referred,
        "event_type": state,
        "created_at": iso(now),
        "reward_amount": reward,
        **({"referred_email_masked": masked} if masked else {}),
    }
    if not events.put_if_none(item, [(referrer, f"{referred}#{later}") for later in above]):
        return False
    for old in below:
        try:
            events.delete((referrer, f"{referred}#{old}"))
        except ServiceError:
            logger.warning("An outdated referral state was not removed", exc_info=True)
    return True
