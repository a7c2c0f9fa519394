"""The beginning of a subscriber's paid period, which resets usage."""

from __future__ import annotations

from datetime import datetime

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.users import key_records

_CHANGE = (
    "SET requests_this_month = :zero, current_period_start = :start, current_period_end = :end, "
    "last_reset_period_start = :start, last_usage_reset = :now, payment_failures = :zero "
    "REMOVE first_payment_failure_at"
)
_CONDITION = (
    "attribute_exists(pk) AND (attribute_not_exists(last_reset_period_start) OR last_reset_period_start < :start)"
)


def begin(keys: Table, user_id: str, start: int, end: int, now: datetime) -> None:
    """Begins a paid period (epoch seconds): usage is zero on the user's record and on each key, once a period however
    often this is called. Raises `handlers.common.aws.ServiceError`."""
    records = [(user_id, record["sk"]) for record in key_records(keys.partition(user_id, ("sk",), consistent=True))]
    for key in ((user_id, USER_META), *records):
        reset(keys, key, start, end, now)


def reset(keys: Table, key: Key, start: int, end: int, now: datetime) -> bool:
    """The same for one record; False if it was done before, or the record is gone."""
    try:
        keys.update(key, _CHANGE, {"zero": 0, "start": start, "end": end, "now": iso(now)}, _CONDITION)
    except ConditionFailed:
        return False
    return True
