"""Users who bring each other."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.users import user_id
from handlers.pkgwatch.referrals.events import STATES, Referral


def member(world: Any, age: timedelta = timedelta(days=1), **meta: Any) -> str:
    """A user of an address nobody has had before; the user id. ``meta`` None leaves an attribute out."""
    email = f"member-{secrets.token_hex(6)}@example.com"
    user = {
        "pk": user_id(email),
        "sk": "USER_META",
        "email": email,
        "key_count": 1,
        "created_at": iso(datetime.now(UTC) - age),
        "referral_code": secrets.token_hex(4),
        **meta,
    }
    world.keys.put({name: value for name, value in user.items() if value is not None})
    world.keys.put({"pk": user["pk"], "sk": secrets.token_hex(32), "email": email, "tier": "free"})
    return user["pk"]


def states(world: Any, referral: Referral) -> list[str]:
    """Where a referral stands; one state, if all is well."""
    return [state for state in STATES if world.events.get(referral.key(state), consistent=True)]
