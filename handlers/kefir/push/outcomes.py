"""Outcomes of due reminders: sent, cancelled or failed, and how they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.transactions import Cancelled, transact, update
from handlers.kefir.data.items import Item
from handlers.kefir.data.timestamps import iso

MAX_ATTEMPTS = 10
MAX_DELAY = timedelta(hours=24)
_MAX_WRITES = 100  # of one transaction


@dataclass(frozen=True, slots=True)
class Outcome:
    """The update of a reminder: an expression and its values."""

    reminder: Item
    change: str
    values: Mapping[str, Any]


def sent(reminder: Item, now: datetime, delivery: str = "") -> Outcome:
    """The reminder is finished; ``delivery`` is the reason if it was not sent."""
    change = "SET #status = :status, sentAt = :now, updatedAt = :now"
    values = {"status": "sent", "now": iso(now)}
    if delivery:
        change, values = f"{change}, delivery = :delivery", {**values, "delivery": delivery}
    return Outcome(reminder, f"{change} REMOVE GSI1PK, GSI1SK", values)


def cancelled(reminder: Item, now: datetime) -> Outcome:
    """The reminder's batch is archived."""
    change = "SET #status = :status, updatedAt = :now REMOVE GSI1PK, GSI1SK"
    return Outcome(reminder, change, {"status": "cancelled", "now": iso(now)})


def failed(reminder: Item, now: datetime, error: str) -> Outcome:
    """The reminder stays pending for another attempt. After the last attempt, or a day late, it is given up."""
    attempts = int(reminder.get("attempts") or 0) + 1
    change = "SET attempts = :attempts, lastError = :error, updatedAt = :now"
    values = {"attempts": attempts, "error": error[:500], "now": iso(now)}
    if attempts < MAX_ATTEMPTS and str(reminder.get("GSI1SK", "")) > iso(now - MAX_DELAY):
        return Outcome(reminder, change, values)
    values["delivery"] = "failed"
    return Outcome(reminder, f"{change}, delivery = :delivery REMOVE GSI1PK, GSI1SK", values)


def write_outcomes(table: Table, outcomes: Sequence[Outcome]) -> None:
    """Writes the outcomes of reminders that are still pending, a hundred in one call; if one of the reminders was
    changed, each alone. An outcome that cannot be written is logged, and the next run finds its reminder again."""
    for start in range(0, len(outcomes), _MAX_WRITES):
        part = outcomes[start : start + _MAX_WRITES]
        try:
            transact(table.client, [_write(table, each) for each in part])
        except (Cancelled, *ServiceError):
            for each in part:
                _write_alone(table, each)


def _write(table: Table, outcome: Outcome) -> Mapping[str, Any]:
    return update(table, _key(outcome), outcome.change, _values(outcome), "#status = :was")


def _write_alone(table: Table, outcome: Outcome) -> None:
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
