"""Sessions: the item that tells how far a tool has come, shared with the app and with parallel messages."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.transactions import Cancelled, Write, transact, update
from handlers.keyvex.ai.job import Job, Outcome
from handlers.keyvex.shared.messages import InvalidMessage

STEPS = ("magicSpark", "logicArchitect", "contentCrafter", "styleMaster")

_ATTEMPTS = 12  # at an item that others change in the same moment


def begin(table: Table, job: Job, now: int) -> None:
    """The session is being worked on. Raises `InvalidMessage` if it is another user's, and `ServiceError`."""
    _change(table, job, now, {"status": "active"}, None, ())


def complete(table: Table, job: Job, now: int, outcome: Outcome, others: Sequence[Write]) -> None:
    """The session has a result; ``others`` are written together with it. Raises as `begin` does."""
    changes = {"status": "completed", f"{job.process}Result": outcome.envelope}
    _change(table, job, now, changes, outcome, others)


def fail(table: Table, job: Job, now: int, outcome: Outcome, others: Sequence[Write]) -> None:
    """The session has failed; ``others`` are written together with that. Raises as `begin` does."""
    _change(table, job, now, {"status": "failed", "lastError": outcome.error}, outcome, others)


def _change(
    table: Table, job: Job, now: int, changes: Mapping[str, Any], outcome: Outcome | None, others: Sequence[Write]
) -> None:
    """Reads, changes and writes the item, again if somebody else wrote it meanwhile: parallel messages of one session
    keep each other's results and costs."""
    key = (f"SESSION#{job.message.session_id}", "METADATA")
    for _ in _attempts():
        found = table.get(key, consistent=True)
        if found and found.get("userId", job.message.user_id) != job.message.user_id:
            raise InvalidMessage("the session is another user's")
        values = {**_common(job, found or {}, now), **changes}
        values["sessionData"] = _data(job, {**(found or {}), **changes}, outcome)
        try:
            transact(table.client, [_write(table, key, found, values), *others])
        except Cancelled as cancelled:
            if not cancelled.failed[0]:
                raise
        else:
            return
    raise TimeoutError("the session changes too often")


def _write(table: Table, key: tuple[str, str], found: Mapping[str, Any] | None, values: Mapping[str, Any]) -> Write:
    change = "SET " + ", ".join(f"#{name} = :{name}" for name in values) + " ADD #version :one"
    if "lastError" not in values:
        change += " REMOVE #lastError"
    unseen = "attribute_not_exists(PK)" if found is None else "attribute_not_exists(#version)"
    seen = {"seen": found["version"]} if found and "version" in found else {}
    return update(table, key, change, {**values, "one": 1, **seen}, "#version = :seen" if seen else unseen)


def _common(job: Job, found: Mapping[str, Any], now: int) -> dict[str, Any]:
    created = found.get("createdAt", now)
    values = {
        "entityType": "SESSION",
        "sessionId": job.message.session_id,
        "userId": job.message.user_id,
        "toolId": job.message.tool_id or found.get("toolId"),
        "currentStep": job.step,
        "lastActivity": now,
        "createdAt": created,
        "updatedAt": now,
        "metadata": found.get("metadata", {}),
        "GSI1PK": f"USER#{job.message.user_id}",
        "GSI1SK": found.get("GSI1SK", f"SESSION#{created}"),
    }
    return {name: value for name, value in values.items() if value is not None}


def _data(job: Job, session: Mapping[str, Any], outcome: Outcome | None) -> dict[str, Any]:
    """``sessionData``, with what an outcome has cost added to what was spent before."""
    known = session.get("sessionData")
    data = dict(known) if isinstance(known, dict) else {}
    usage = dict(data.get("modelUsage") or {})
    for model, calls in (outcome.spent.calls if outcome else {}).items():
        usage[model] = usage.get(model, 0) + calls
    done = sum(bool(session.get(f"{process}Result")) for process in STEPS)
    return data | {
        "currentAgent": job.process,
        "progress": 100 * done // len(STEPS),
        "totalSteps": len(STEPS),
        "modelUsage": usage,
        "totalCost": round(data.get("totalCost", 0) + (outcome.spent.cost if outcome else 0), 9),
    }


def _attempts() -> Iterator[int]:
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(random.uniform(0, min(0.02 * attempt, 0.2)))  # noqa: S311 - spreads load
        yield attempt
