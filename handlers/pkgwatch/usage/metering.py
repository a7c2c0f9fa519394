"""Counting a user's requests against the plan and the bonus.

The count is an attribute of the user's USER_META item, one for all keys. Three things make it exact under any number of
parallel callers: it only changes under a condition, a failed condition returns the item as it stood, and the
bonus is spent on condition of the very usage it was worked out from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.circuit_breaker import CircuitBreaker
from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background
from handlers.pkgwatch.accounts.api_keys import USER_META, ApiKey

# Usage does not change once the plan is used up, so a caller finds a changed count only while others use it up.
ATTEMPTS = 10

_TOTAL = "total_packages_scanned = if_not_exists(total_packages_scanned, :zero) + :n"
_WITHIN_PLAN = f"SET requests_this_month = if_not_exists(requests_this_month, :zero) + :n, {_TOTAL}"
_WITH_BONUS = (
    f"SET requests_this_month = if_not_exists(requests_this_month, :zero) + :planned, {_TOTAL}, "
    "bonus_requests = bonus_requests - :spent"
)


@dataclass(frozen=True, slots=True)
class Charge:
    """``usage`` this month after the charge (before it, if refused; -1 if it could not be counted), ``bonus`` left,
    and the user's record after the charge."""

    allowed: bool
    usage: int
    bonus: int
    user: Mapping[str, Any]


def charge(keys: Table, key: ApiKey, count: int, circuit: CircuitBreaker) -> Charge:
    """Takes ``count`` requests from the user's plan, then from the bonus; all of them or none.

    While the circuit is open everything is allowed and nothing counted. Raises `ServiceError`.
    """
    if not circuit.allows():
        return Charge(True, -1, 0, {})
    # The key's own statistics are counted in the background, unless the key alone is past the plan: then a refusal is
    # likely.
    early = key.requests_this_month + count <= key.monthly_limit
    counting = run_in_background(_count_on_key, keys, key, count) if early else None
    made: Charge | None = None
    try:
        made = _charge(keys, key, count)
    except ServiceError:
        circuit.failed()
        raise
    finally:
        if counting:
            counting.result()
        allowed = made is not None and made.allowed
        if allowed != early:
            _count_on_key(keys, key, count if allowed else -count)
    circuit.succeeded()
    return made


def _charge(keys: Table, key: ApiKey, count: int) -> Charge:
    seen: Mapping[str, Any] | None = None
    usage = 0
    for _ in range(ATTEMPTS):
        try:
            return _take(keys, key, count, seen)
        except ConditionFailed as failed:
            seen = failed.item or {}
            usage, bonus = _counts(seen)
            if usage + count > key.monthly_limit + bonus:
                return Charge(False, usage, bonus, seen)
    return Charge(False, usage, 0, {})


def _take(keys: Table, key: ApiKey, count: int, seen: Mapping[str, Any] | None) -> Charge:
    user = (key.user_id, USER_META)
    room = key.monthly_limit - count
    usage, _ = _counts(seen or {})
    if seen is None or usage <= room:
        condition = "requests_this_month <= :room"
        if room >= 0:
            condition = f"attribute_not_exists(requests_this_month) OR {condition}"
        values = {"n": count, "zero": 0, "room": room}
        after = keys.update(user, _WITHIN_PLAN, values, condition, "ALL_NEW")
        return Charge(True, after["requests_this_month"], after.get("bonus_requests") or 0, after)
    needed = usage - room
    spent = min(needed, count)
    values = {"n": count, "zero": 0, "planned": count - spent, "spent": spent, "needed": needed}
    condition = "attribute_not_exists(requests_this_month)"
    if "requests_this_month" in seen:
        condition = "requests_this_month = :seen"
        values["seen"] = usage
    after = keys.update(user, _WITH_BONUS, values, f"{condition} AND bonus_requests >= :needed", "ALL_NEW")
    return Charge(True, usage + count, after["bonus_requests"], after)


def _counts(user: Mapping[str, Any]) -> tuple[int, int]:
    return user.get("requests_this_month") or 0, user.get("bonus_requests") or 0


def _count_on_key(keys: Table, key: ApiKey, count: int) -> None:
    record = (key.user_id, key.key_hash)
    try:
        keys.update(record, "ADD requests_this_month :n", {"n": count}, "attribute_exists(pk)")
    except ConditionFailed:
        logger.info("Key was revoked while in use")
    except ServiceError:
        logger.warning("Key statistics were not updated", exc_info=True)
