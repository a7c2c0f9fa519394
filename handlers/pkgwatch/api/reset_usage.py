"""Monthly: resets every user's usage.

The table is read page by page. What is left when time runs out is done by another run of the function, which begins
where this one stopped; so does a run that was interrupted and is retried.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import client
from handlers.common.deadline import Deadline
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import begin, logger
from handlers.common.parallel import run_in_background
from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.api_keys import is_account_record
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.settings import settings

STATE: Key = ("SYSTEM#RESET_STATE", "monthly_reset")

# Counters of addresses, circuit breakers and others are in the same table, with other keys.
_USERS = "begins_with(pk, :users) AND sk <> :pending"
_ATTRIBUTES = ("pk", "sk", "tier", "current_period_end")
_CHANGE = "SET requests_this_month = :zero, last_reset = :now, payment_failures = :zero"
_RESERVE = 60.0  # seconds: less than this is not enough for another page


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What was done (`reset`). ``{"resume_key": {"pk", "sk"}}`` continues after that item."""
    begin("pkgwatch", context)

    def continue_run(resume_key: dict[str, str]) -> None:
        payload = json.dumps({"resume_key": resume_key}).encode()
        client("lambda").invoke(FunctionName=context.function_name, InvocationType="Event", Payload=payload)

    run = Run(Deadline.of(context, _RESERVE), continue_run, settings().billing_cycle_reset_enabled)
    result = reset(tables.api_keys(), (event or {}).get("resume_key"), run, datetime.now(UTC))
    logger.info("Usage was reset", extra=dict(result))
    return result


@dataclass(frozen=True, slots=True)
class Run:
    """The limits of a run: after ``deadline``, ``continue_run(resume_key)`` starts the next one. ``by_cycle`` leaves
    subscribers out: their usage is reset when a period is paid."""

    deadline: Deadline
    continue_run: Callable[[dict[str, str]], None]
    by_cycle: bool


def reset(keys: Table, resume_key: Any, run: Run, now: datetime) -> dict[str, Any]:
    """Sets usage to zero and returns what was done. ``resume_key`` is ``{"pk", "sk"}`` from the run before, None if
    there was none. Raises `ServiceError`, and what ``continue_run`` raises."""
    month = f"{now:%Y-%m}"
    after, before = _start(keys, resume_key, month)
    processed = skipped = pages = 0
    while True:
        items, after = keys.page(_USERS, {"users": "user_", "pending": "PENDING"}, _ATTRIBUTES, after)
        records = [item for item in items if is_account_record(item["sk"])]
        due = [item for item in records if not (run.by_cycle and _subscribed(item))]
        skipped += len(records) - len(due)
        processed += _zero_all(keys, due, now)
        pages += 1
        if after is None:
            keys.delete(STATE)
            break
        _save(keys, month, after, before + processed)
        if run.deadline.passed():
            run.continue_run({"pk": after[0], "sk": after[1]})
            break
    return {
        "statusCode": 200,
        "items_processed": before + processed,
        "items_skipped": skipped,
        "pages_processed": pages,
        "reset_time": iso(now),
        "reset_month": month,
        "billing_cycle_enabled": run.by_cycle,
        "completed": after is None,
    }


def _start(keys: Table, resume_key: Any, month: str) -> tuple[Key | None, int]:
    """Where to begin, and how many items were done before. State of another month is ignored."""
    state = keys.get(STATE, consistent=True) or {}
    current = state if state.get("reset_month") == month else {}
    key = resume_key or current.get("last_key")
    done = int(current.get("items_processed") or 0)
    if key is None:
        return None, 0
    if not isinstance(key, Mapping) or not all(isinstance(key.get(part), str) for part in ("pk", "sk")):
        raise ValueError("resume_key must have the fields pk and sk")
    logger.info("A reset continues where it stopped", extra={"items_processed": done})
    return (key["pk"], key["sk"]), done


def _subscribed(item: Mapping[str, Any]) -> bool:
    return (item.get("tier") or "free") != "free" and bool(item.get("current_period_end"))


def _zero_all(keys: Table, items: list[dict[str, Any]], now: datetime) -> int:
    """How many were set to zero, all at once; records deleted since then are not created again."""
    jobs = [run_in_background(_zero, keys, (item["pk"], item["sk"]), now) for item in items]
    return sum(job.result() for job in jobs)


def _zero(keys: Table, key: Key, now: datetime) -> bool:
    try:
        keys.update(key, _CHANGE, {"zero": 0, "now": iso(now)}, "attribute_exists(pk)")
    except ConditionFailed:
        return False
    return True


def _save(keys: Table, month: str, after: Key, processed: int) -> None:
    last_key = {"pk": after[0], "sk": after[1]}
    pk, sk = STATE
    keys.put({"pk": pk, "sk": sk, "reset_month": month, "last_key": last_key, "items_processed": processed})
