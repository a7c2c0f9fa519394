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
from handlers.kefir.data.items import Item, set_expression
from handlers.kefir.data.timestamps import iso
from handlers.kefir.reminders.state import due_time

MAX_REFUSALS = 10
MAX_DELAY = timedelta(hours=24)
_FIRST_PAUSE = timedelta(minutes=5)  # twice this long; then it doubles
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


def postponed(reminder: Item, now: datetime, error: str) -> Outcome:
    """Expo was not there: the reminder stays pending for the next run, for a day, however many runs that are."""
    return _retried(reminder, now, error, {})


def unclear(reminder: Item, now: datetime, error: str) -> Outcome:
    """Expo may have accepted the reminder, or not: it is sent again, after a pause that grows each time. Losing a
    reminder is worse than repeating one, and repeating it every five minutes is not much better."""
    times = int(reminder.get("unclear") or 0) + 1
    pause = _FIRST_PAUSE * 2 ** max(0, times - 2)
    return _retried(reminder, now, error, {"unclear": times, "GSI1SK": iso(now + pause)})


def failed(reminder: Item, now: datetime, error: str) -> Outcome:
    """Expo refused the reminder, which stays pending for another attempt. After the last one it is given up."""
    refusals = int(reminder.get("refusals") or 0) + 1
    return _retried(reminder, now, error, {"refusals": refusals}, refusals >= MAX_REFUSALS)


def _retried(reminder: Item, now: datetime, error: str, more: Mapping[str, Any], last: bool = False) -> Outcome:
    """The reminder is tried again, unless this was the last time, or it is a day late."""
    attempts = int(reminder.get("attempts") or 0) + 1
    values = {"attempts": attempts, "lastError": error[:500], "updatedAt": iso(now), **more}
    late = (due_time(reminder) or str(reminder.get("GSI1SK", ""))) <= iso(now - MAX_DELAY)
    if not last and not late:
        return Outcome(reminder, set_expression(values), values)
    values = {name: value for name, value in values.items() if name != "GSI1SK"} | {"delivery": "failed"}
    return Outcome(reminder, f"{set_expression(values)} REMOVE GSI1PK, GSI1SK", values)


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
