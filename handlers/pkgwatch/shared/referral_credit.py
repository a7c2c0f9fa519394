"""How many bonus requests may a user still be given?"""

from __future__ import annotations

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.pkgwatch.shared.api_keys import USER_META

LIFETIME_CAP = 500_000  # requests

_ATTEMPTS = 5


def credit(keys: Table, user_id: str, amount: int) -> int:
    """Adds bonus requests, fewer where the lifetime cap is near; how many. An unknown user gets none."""
    for _ in range(_ATTEMPTS):
        try:
            keys.update(
                (user_id, USER_META),
                "ADD bonus_requests :n, bonus_requests_lifetime :n",
                {"n": amount, "highest": LIFETIME_CAP - amount},
                "attribute_exists(pk) AND "
                "(attribute_not_exists(bonus_requests_lifetime) OR bonus_requests_lifetime <= :highest)",
            )
        except ConditionFailed as failed:
            had = (failed.item or {}).get("bonus_requests_lifetime", LIFETIME_CAP)
            amount = min(amount, LIFETIME_CAP - had)
            if amount <= 0:
                return 0
        else:
            return amount
    return 0
