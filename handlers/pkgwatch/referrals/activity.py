"""What does a referrer get once the referred user is active?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.timestamps import parse
from handlers.pkgwatch.referrals.credit import Step, advance, close
from handlers.pkgwatch.referrals.events import Referral

_STEP = Step("signup", 5_000, flag="referral_activity_credited")


def reward(keys: Table, events: Table, user_id: str, user: Mapping[str, Any], now: datetime) -> None:
    """Settles the pending referral of a user who has just crossed the activity gate; once, however many
    callers try. A referral whose time has run out is only closed."""
    referrer = user.get("referred_by")
    if not referrer:
        return
    referral = Referral(referrer, user_id)
    expires = parse(user.get("referral_pending_expires"))
    if expires and expires < now:
        close(keys, referral)
    else:
        advance(keys, events, referral, _STEP, now)
