"""Failed payments of a subscriber.

The first failure is marked on each key, and the customer gets a mail. A failure after the grace period ends the plan,
on all records at once, and only if the mark is still there: a payment removes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse
from handlers.common.transactions import Cancelled, Write, transact, update
from handlers.pkgwatch.accounts.api_keys import USER_META
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.billing import billing_state
from handlers.pkgwatch.billing.order import ENDED, NOT_ENDED, STATE, Moment, not_ended
from handlers.pkgwatch.billing.periods import LAST_PAYMENT, NO_LATER_PAYMENT

_MOST = 3  # attempts before the plan may end

_COUNT = f"SET payment_failures = :count, {LAST_PAYMENT} = :told_at"
_NOT_OVERTAKEN = f"attribute_exists(pk) AND {NO_LATER_PAYMENT} AND {NOT_ENDED}"

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A payment that failed after so many ``attempts``; ``told_at`` is the time of the event by Stripe's clock, and
    ``grace`` how long a plan goes on."""

    attempts: int
    told_at: int
    grace: timedelta


def record_failure(keys: Table, user_id: str, failure: Failure, now: datetime) -> str | None:
    """Records a failed payment of a user; returns the plan if the customer should get a mail now, because it is the
    first failure. A payment, or the plan's end, that Stripe told of later makes it void. Raises
    `handlers.common.aws.ServiceError`."""
    items = keys.partition(user_id, consistent=True)
    records = key_records(items)
    if failure.attempts >= _MOST and _over(records, failure, now) and _end(keys, items, records, failure):
        extra = {"user_id": user_id, "attempts": failure.attempts}
        logger.warning("A plan has ended because it was not paid", extra=extra)
        return None
    # The oldest key's mark decides, so that of many deliveries of the event one sends the mail.
    first = [_mark(keys, record, failure, now) for record in records]
    return str(records[0].get("tier") or "free") if first and first[0] else None


def _over(records: Sequence[Record], failure: Failure, now: datetime) -> bool:
    since = [since for record in records if (since := parse(record.get("first_payment_failure_at")))]
    return bool(since) and now - min(since) >= failure.grace


def _mark(keys: Table, record: Record, failure: Failure, now: datetime) -> bool:
    """True if the mark is new; the count is stored in any case, unless the failure is void."""
    key = (record["pk"], record["sk"])
    values = {"count": failure.attempts, "told_at": failure.told_at, **not_ended(failure.told_at)}
    first = f"{_NOT_OVERTAKEN} AND attribute_not_exists(first_payment_failure_at)"
    try:
        keys.update(key, f"{_COUNT}, first_payment_failure_at = :now", {**values, "now": iso(now)}, first)
    except ConditionFailed:
        with suppress(ConditionFailed):
            keys.update(key, _COUNT, values, _NOT_OVERTAKEN)
        return False
    return True


def _end(keys: Table, items: Sequence[Record], records: Sequence[Record], failure: Failure) -> bool:
    """Ends the plan; False, and nothing is changed, if there was a payment or a change of keys since the records were
    read, or Stripe told of something later than this failure."""
    values = billing_state.ended_plan(failure.attempts) | {STATE: (moment := Moment(failure.told_at, "", ENDED)).state}
    writes = [_downgrade(keys, record, values, moment) for record in records]
    for item in items:
        if item["sk"] == USER_META:
            on_user = billing_state.user_attributes(values)
            condition, known = moment.condition
            writes.append(update(keys, (item["pk"], USER_META), _set(on_user), on_user | known, condition))
    try:
        transact(keys.client, writes)
    except Cancelled:
        return False
    return True


def _downgrade(keys: Table, record: Record, values: dict[str, Any], moment: Moment) -> Write:
    newer, known = moment.condition
    change, condition = _set(values), f"attribute_exists(pk) AND {newer} AND {NO_LATER_PAYMENT}"
    values = values | known | {"told_at": moment.at}
    mark = record.get("first_payment_failure_at")
    if mark is None:
        return update(keys, (record["pk"], record["sk"]), change, values, condition)
    change, condition = f"{change} REMOVE first_payment_failure_at", f"{condition} AND first_payment_failure_at = :mark"
    return update(keys, (record["pk"], record["sk"]), change, {**values, "mark": mark}, condition)


def _set(values: Mapping[str, Any]) -> str:
    return "SET " + ", ".join(f"{name} = :{name}" for name in values)
