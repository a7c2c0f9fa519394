"""What does a referrer get once the referred user is active?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.timestamps import parse
from handlers.pkgwatch.shared.api_keys import USER_META
from handlers.pkgwatch.shared.referral_credit import credit
from handlers.pkgwatch.shared.referral_events import reach

REWARD = 5_000  # requests


def reward(keys: Table, events: Table, user_id: str, user: Mapping[str, Any], now: datetime) -> None:
    """Settles the pending referral of a user who has just crossed the activity gate; once, however many
    callers try. A referral whose time has run out is only cleared."""
    referrer = user.get("referred_by")
    if not referrer:
        return
    own = (user_id, USER_META)
    expires = parse(user.get("referral_pending_expires"))
    if expires and expires < now:
        keys.update(own, "REMOVE referral_pending, referral_pending_expires", {}, "attribute_exists(pk)")
        return
    try:
        keys.update(
            own,
            "SET referral_activity_credited = :yes REMOVE referral_pending, referral_pending_expires",
            {"yes": True},
            "attribute_exists(referral_pending) AND attribute_not_exists(referral_activity_credited)",
        )
    except ConditionFailed:
        return
    moved = reach(events, referrer, user_id, "signup", REWARD, now)
    _settle(keys, referrer, credit(keys, referrer, REWARD) if moved else 0)


def _settle(keys: Table, referrer: str, earned: int) -> None:
    """One referral less is pending (never below none), ``earned`` requests more were rewarded."""
    own = (referrer, USER_META)
    change = "ADD referral_rewards_earned :earned"
    try:
        fewer = f"{change}, referral_pending_count :less"
        keys.update(own, fewer, {"earned": earned, "less": -1, "zero": 0}, "referral_pending_count > :zero")
    except ConditionFailed as failed:
        if failed.item is not None:
            keys.update(own, change, {"earned": earned})
