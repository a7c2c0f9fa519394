"""What becomes of reminders once they are due?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.transactions import Cancelled, transact, update
from handlers.kefir.shared.items import Item
from handlers.kefir.shared.moments import stamp

MOST_ATTEMPTS = 10
MOST_LATE = timedelta(hours=24)
AT_ONCE = 100  # what one transaction takes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be written to a reminder: an update expression and its values."""

    reminder: Item
    change: str
    values: Mapping[str, Any]


def sent(reminder: Item, now: datetime, delivery: str = "") -> Outcome:
    """Nothing more is to be done; ``delivery`` says why, if not because it was sent."""
    change = "SET #status = :status, sentAt = :now, updatedAt = :now"
    values = {"status": "sent", "now": stamp(now)}
    if delivery:
        change, values = f"{change}, delivery = :delivery", {**values, "delivery": delivery}
    return Outcome(reminder, f"{change} REMOVE GSI1PK, GSI1SK", values)


def cancelled(reminder: Item, now: datetime) -> Outcome:
    """Its batch is over."""
    change = "SET #status = :status, updatedAt = :now REMOVE GSI1PK, GSI1SK"
    return Outcome(reminder, change, {"status": "cancelled", "now": stamp(now)})


def failed(reminder: Item, now: datetime, error: str) -> Outcome:
    """It stays for another time, unless there have been too many or it is a day late: then it is given up."""
    attempts = int(reminder.get("attempts") or 0) + 1
    change = "SET attempts = :attempts, lastError = :error, updatedAt = :now"
    values = {"attempts": attempts, "error": error[:500], "now": stamp(now)}
    if attempts < MOST_ATTEMPTS and str(reminder.get("GSI1SK", "")) > stamp(now - MOST_LATE):
        return Outcome(reminder, change, values)
    values["delivery"] = "failed"
    return Outcome(reminder, f"{change}, delivery = :delivery REMOVE GSI1PK, GSI1SK", values)


def settle(table: Table, outcomes: Sequence[Outcome]) -> None:
    """Writes outcomes to reminders that are still pending, a hundred in one call; if one of those has changed
    meanwhile, each alone. What cannot be written is logged, and its reminder met again in the next run."""
    for start in range(0, len(outcomes), AT_ONCE):
        some = outcomes[start : start + AT_ONCE]
        try:
            transact(table.client, [_write(table, each) for each in some])
        except (Cancelled, *ServiceError):
            for each in some:
                _alone(table, each)


def _write(table: Table, outcome: Outcome) -> Mapping[str, Any]:
    return update(table, _key(outcome), outcome.change, _values(outcome), "#status = :was")


def _alone(table: Table, outcome: Outcome) -> None:
    try:
        table.update(_key(outcome), outcome.change, _values(outcome), "#status = :was")
    except ConditionFailed:
        return
    except ServiceError:
        logger.exception("A reminder's outcome was not written", extra={"reminder": outcome.reminder["SK"]})


def _key(outcome: Outcome) -> tuple[str, str]:
    return (outcome.reminder["PK"], outcome.reminder["SK"])


def _values(outcome: Outcome) -> dict[str, Any]:
    return {**outcome.values, "was": outcome.reminder["status"]}
