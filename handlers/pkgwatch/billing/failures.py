"""Failed payments of a subscriber.

The first failure is marked on each key, and the customer gets a mail. A failure after the grace period ends the plan,
on all records at once, and only if the mark is still there: a payment removes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse
from handlers.common.transactions import Cancelled, Write, transact, update
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.billing import billing_state

_MOST = 3  # attempts before the plan may end

Record = Mapping[str, Any]


def record_failure(keys: Table, user_id: str, attempts: int, grace: timedelta, now: datetime) -> str | None:
    """Records a failed payment of a user; returns the plan if the customer should get a mail now, because it is the
    first failure. Raises `handlers.common.aws.ServiceError`."""
    items = keys.partition(user_id, consistent=True)
    records = key_records(items)
    if attempts >= _MOST and _over(records, grace, now) and _end(keys, items, records, attempts):
        logger.warning("A plan has ended because it was not paid", extra={"user_id": user_id, "attempts": attempts})
        return None
    # The oldest key's mark decides, so that of many deliveries of the event one sends the mail.
    first = [_mark(keys, record, attempts, now) for record in records]
    return str(records[0].get("tier") or "free") if first and first[0] else None


def _over(records: Sequence[Record], grace: timedelta, now: datetime) -> bool:
    since = [since for record in records if (since := parse(record.get("first_payment_failure_at")))]
    return bool(since) and now - min(since) >= grace


def _mark(keys: Table, record: Record, attempts: int, now: datetime) -> bool:
    """True if the mark is new; the count is stored in any case."""
    key = (record["pk"], record["sk"])
    try:
        keys.update(
            key,
            "SET first_payment_failure_at = :now, payment_failures = :count",
            {"now": iso(now), "count": attempts},
            "attribute_exists(pk) AND attribute_not_exists(first_payment_failure_at)",
        )
    except ConditionFailed as failed:
        if failed.item is not None:
            keys.update(key, "SET payment_failures = :count", {"count": attempts})
        return False
    return True


def _end(keys: Table, items: Sequence[Record], records: Sequence[Record], attempts: int) -> bool:
    """Ends the plan; False, and nothing is changed, if there was a payment or a change of keys since the records were
    read."""
    values = billing_state.ended_plan(attempts)
    writes = [_downgrade(keys, record, values) for record in records]
    writes += [
        update(keys, (item["pk"], USER_META), _set(on_user := billing_state.user_attributes(values)), on_user)
        for item in items
        if item["sk"] == USER_META
    ]
    try:
        transact(keys.client, writes)
    except Cancelled:
        return False
    return True


def _downgrade(keys: Table, record: Record, values: dict[str, Any]) -> Write:
    change, condition = _set(values), "attribute_exists(pk)"
    mark = record.get("first_payment_failure_at")
    if mark is None:
        return update(keys, (record["pk"], record["sk"]), change, values, condition)
    change, condition = f"{change} REMOVE first_payment_failure_at", "first_payment_failure_at = :mark"
    return update(keys, (record["pk"], record["sk"]), change, {**values, "mark": mark}, condition)


def _set(values: Mapping[str, Any]) -> str:
    return "SET " + ", ".join(f"{name} = :{name}" for name in values)
