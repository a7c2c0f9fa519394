"""The beginning of a subscriber's paid period, which resets usage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.billing.order import NOT_ENDED, not_ended

_CHANGE = (
    "SET requests_this_month = :zero, current_period_start = :start, current_period_end = :end, "
    "last_reset_period_start = :start, last_usage_reset = :now, payment_failures = :zero "
    "REMOVE first_payment_failure_at"
)
_CONDITION = (
    "attribute_exists(pk) AND (attribute_not_exists(last_reset_period_start) OR last_reset_period_start < :start) "
    f"AND {NOT_ENDED}"
)
# Of payments, too, an older event must not undo what a newer one did.
LAST_PAYMENT = "last_payment_event_at"
NO_LATER_PAYMENT = f"(attribute_not_exists({LAST_PAYMENT}) OR {LAST_PAYMENT} <= :told_at)"
_FORGET = f"SET payment_failures = :zero, {LAST_PAYMENT} = :told_at REMOVE first_payment_failure_at"


@dataclass(frozen=True, slots=True)
class Period:
    """A paid period, and when it was told of, by Stripe's clock; all in epoch seconds."""

    start: int
    end: int
    told_at: int


def begin(keys: Table, user_id: str, period: Period, now: datetime) -> None:
    """Begins a paid period: usage is zero on the user's record and on each key, once a period however often this is
    called, and not if the plan has ended since. Raises `handlers.common.aws.ServiceError`."""
    for key in _records(keys, user_id):
        reset(keys, key, period, now)


def forget_failures(keys: Table, user_id: str, told_at: int) -> None:
    """A payment was made: failures before it do not count any more. Raises `handlers.common.aws.ServiceError`."""
    for key in _records(keys, user_id):
        try:
            keys.update(key, _FORGET, {"zero": 0, "told_at": told_at}, f"attribute_exists(pk) AND {NO_LATER_PAYMENT}")
        except ConditionFailed:
            continue  # gone, or a later payment has failed


def reset(keys: Table, key: Key, period: Period, now: datetime) -> bool:
    """The same for one record; False if it was done before, the plan has ended, or the record is gone."""
    values = {"zero": 0, "start": period.start, "end": period.end, "now": iso(now), **not_ended(period.told_at)}
    try:
        keys.update(key, _CHANGE, values, _CONDITION)
    except ConditionFailed:
        return False
    return True


def _records(keys: Table, user_id: str) -> list[Key]:
    found = key_records(keys.partition(user_id, ("sk",), consistent=True))
    return [(user_id, USER_META), *((user_id, record["sk"]) for record in found)]
