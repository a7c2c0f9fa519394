"""How often may the recovery of one account be started?"""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.users import user_id

LIMIT = 10  # a UTC day

_ROUNDS = 5
_WITHIN = "recovery_attempts_reset_at >= :day AND recovery_attempts_today < :limit"


def count(keys: Table, owner: str, now: datetime) -> bool:
    """Counts an attempt on the record of a user who has one; False if there were too many today."""
    user = (owner, USER_META)
    values = {"one": 1, "limit": LIMIT, "day": f"{now:%Y-%m-%d}"}
    for _ in range(_ROUNDS):
        try:
            keys.update(user, "ADD recovery_attempts_today :one", values, _WITHIN)
        except ConditionFailed as failed:
            if (failed.item or {}).get("recovery_attempts_reset_at", "") >= values["day"]:
                return False
        else:
            return True
        if _first_today(keys, user, now):
            return True
    return False


def count_unknown(keys: Table, email: str, now: datetime) -> bool:
    """The same for an address without an account, or an account without a record: what is limited for some
    addresses only would tell which have an account."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    try:
        keys.update(
            (f"RATE_LIMIT#{user_id(email)}#{now:%Y-%m-%d}", "recovery_initiate"),
            "ADD request_count :one SET #ttl = :ttl",
            {"one": 1, "limit": LIMIT, "ttl": int(midnight.timestamp())},
            "attribute_not_exists(request_count) OR request_count < :limit",
        )
    except ConditionFailed:
        return False
    return True


def _first_today(keys: Table, user: Key, now: datetime) -> bool:
    """Starts the day's count at one; False if another attempt has just done so."""
    try:
        keys.update(
            user,
            "SET recovery_attempts_today = :one, recovery_attempts_reset_at = :now",
            {"one": 1, "now": iso(now), "day": f"{now:%Y-%m-%d}"},
            "attribute_exists(pk) AND "
            "(attribute_not_exists(recovery_attempts_reset_at) OR recovery_attempts_reset_at < :day)",
        )
    except ConditionFailed:
        return False
    return True
