"""Moving a referral to its next state, and crediting the referrer exactly once.

The new state, the credit, the referrer's counters and the referred user's attributes change in one transaction: however
many callers try and wherever one of them stops, all of it happens once or nothing does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.transactions import Cancelled, Write, transact, update
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.referrals.events import Referral, claim, event_item, masked_email, remove_lower_states

LIFETIME_CAP = 500_000  # requests

# The referrer's counters also change with their own requests, but only the cap and zero matter here.
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Step:
    """A move of a referral to ``state``, worth ``reward`` requests to the referrer.

    ``counter`` is the referrer's counter that grows by one. ``flag`` is set on the referred user, and the step is
    made only while the referral is pending and the flag is not set. ``fields`` are further attributes of the event,
    ``once`` further writes whose failing condition means that the step was made before.
    """

    state: str
    reward: int
    counter: str = ""
    flag: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    once: Sequence[Write] = ()


def advance(keys: Table, events: Table, referral: Referral, step: Step, now: datetime) -> bool:
    """Makes a step, with less of its reward where the lifetime cap is near; False if it was made before or the referral
    is in a later state. Raises `ServiceError`, and `Cancelled` if other callers were faster every time."""
    masked = masked_email(events, referral, step.state)
    item = event_item(referral, step.state, step.reward, now, referred_email_masked=masked, **step.fields)
    claims = [*claim(events, referral, item), *step.once]
    for attempt in range(1, _ATTEMPTS + 1):
        referred = _user(keys, referral.referred)
        if step.flag and ("referral_pending" not in referred or step.flag in referred):
            return False
        writes = _user_writes(keys, referral, referred, step)
        try:
            transact(keys.client, [*claims, *remove_lower_states(events, referral, step.state), *writes])
        except Cancelled as cancelled:
            if any(cancelled.failed[: len(claims)]):
                close(keys, referral)
                return False
            if attempt == _ATTEMPTS:
                raise
        else:
            break
    return True


def close(keys: Table, referral: Referral) -> bool:
    """Closes a pending referral without a reward; False if it is not pending. The referrer has one pending referral
    less then. Raises as `advance`."""
    for attempt in range(1, _ATTEMPTS + 1):
        referred = _user(keys, referral.referred)
        if "referral_pending" not in referred:
            return False
        try:
            transact(keys.client, _user_writes(keys, referral, referred, Step("", 0)))
        except Cancelled:
            if attempt == _ATTEMPTS:
                raise
        else:
            break
    return True


def _user(keys: Table, user_id: str) -> dict[str, Any]:
    return (keys.get((user_id, USER_META), consistent=True) if user_id else None) or {}


def _user_writes(keys: Table, referral: Referral, referred: Mapping[str, Any], step: Step) -> list[Write]:
    """The writes to both users' records, on condition that they are as they were read."""
    waiting = "referral_pending" in referred
    referrer = _user(keys, referral.referrer)
    amount = min(step.reward, max(0, LIFETIME_CAP - (referrer.get("bonus_requests_lifetime") or 0)))
    less = waiting and (referrer.get("referral_pending_count") or 0) > 0
    numbers = {
        "bonus_requests": amount,
        "bonus_requests_lifetime": amount,
        "referral_rewards_earned": amount,
        **({step.counter: 1} if step.counter else {}),
        **({"referral_pending_count": -1} if less else {}),
    }
    added = {name: number for name, number in numbers.items() if number}
    writes = [_unflag(keys, referral.referred, step.flag)] if waiting else []
    return [*writes, *([_add(keys, referral.referrer, added)] if referrer and added else [])]


def _unflag(keys: Table, user_id: str, flag: str) -> Write:
    change, condition = "REMOVE referral_pending, referral_pending_expires", "attribute_exists(referral_pending)"
    if not flag:
        return update(keys, (user_id, USER_META), change, {}, condition)
    change, condition = f"SET #{flag} = :yes {change}", f"{condition} AND attribute_not_exists(#{flag})"
    return update(keys, (user_id, USER_META), change, {"yes": True}, condition)


def _add(keys: Table, user_id: str, added: Mapping[str, int]) -> Write:
    """Adds to a user's counters; not past the cap, and none below zero."""
    values: dict[str, int] = dict(added)
    condition = "attribute_exists(pk)"
    if "bonus_requests" in added:
        condition += " AND (attribute_not_exists(bonus_requests_lifetime) OR bonus_requests_lifetime <= :highest)"
        values["highest"] = LIFETIME_CAP - added["bonus_requests"]
    if "referral_pending_count" in added:
        condition += " AND referral_pending_count > :zero"
        values["zero"] = 0
    change = "ADD " + ", ".join(f"#{name} :{name}" for name in added)
    return update(keys, (user_id, USER_META), change, values, condition)
