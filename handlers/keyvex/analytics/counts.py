"""Counts of a tool's interactions: in its summary, and in those of its days.

They are changed in the transaction that stores the interactions they count, so that they are exact however often and
wherever messages are delivered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.transactions import Cancelled, Write, put, transact, update
from handlers.keyvex.analytics.interactions import Interaction
from handlers.keyvex.shared.clock import now_ms

# The attributes an interaction is counted in: the summary's, and the day's.
_COUNTED = {
    "view": ("totalViews", "views"),
    "start": ("totalStarts", "starts"),
    "complete": ("totalCompletions", "completions"),
    "abandon": ("totalAbandons", "abandons"),
    "lead_capture": ("totalLeads", "leads"),
    "share": ("totalShares", "shares"),
}
_RATES = ("conversionRate", "leadRate", "completionRate", "averageTimeSpent")
_CONFLICTS = 12  # attempts at what others change in the same moment


def store(table: Table, interactions: Sequence[Interaction]) -> None:
    """Stores and counts interactions of one tool that have not been stored before. Raises `ServiceError`; then none
    of them is stored."""
    unknown = list(interactions)
    while unknown:
        try:
            transact(table.client, [*_items(table, unknown), *_counters(table, unknown)], _CONFLICTS)
        except Cancelled as cancelled:
            unknown = [one for one, failed in zip(unknown, cancelled.failed, strict=False) if not failed]
        else:
            return


def refresh(table: Table, tool: str, newest: int) -> None:
    """Writes the rates that follow from a tool's counts, and when it was last used; to be called after `store`, even
    if there was nothing to store: the process that did may have died before. Raises `ServiceError`, and TimeoutError if
    others keep changing the summary."""
    key = (f"TOOL#{tool}", "ANALYTICS_SUMMARY")
    known = table.get(key, consistent=True)
    for _ in range(_CONFLICTS):
        derived = _derived(known or {}, newest)
        if known is None or all(known.get(name) == value for name, value in derived.items()):
            return
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in derived) + " ADD #version :one"
        try:
            table.update(key, change, {**derived, "one": 1, "seen": known["version"]}, "#version = :seen")
        except ConditionFailed as changed:
            known = changed.item
        else:
            return
    raise TimeoutError("the summary changes too often")


def _items(table: Table, interactions: Sequence[Interaction]) -> list[Write]:
    return [put(table, one.item(), "attribute_not_exists(PK)") for one in interactions]


def _counters(table: Table, interactions: Sequence[Interaction]) -> list[Write]:
    """The writes beside those of the interactions themselves: summary, days, leads."""
    tool = interactions[0].message.tool_id
    spent = [time for one in interactions if (time := one.message.known.seconds) is not None]
    summary = {**_numbers(interactions, 0), "timeSpentTotal": sum(spent, Decimal()), "timeSpentCount": len(spent)}
    writes = [_counter(table, tool, "ANALYTICS_SUMMARY", {}, summary)]
    for date in sorted({one.date for one in interactions}):
        day = [one for one in interactions if one.date == date]
        time = sum((one.message.known.seconds or Decimal() for one in day), Decimal())
        writes.append(_counter(table, tool, "ANALYTICS_DAILY", {"date": date}, {**_numbers(day, 1), "timeSpent": time}))
    return writes + [put(table, lead) for one in interactions if (lead := one.lead())]


def _numbers(interactions: Sequence[Interaction], which: int) -> dict[str, int]:
    kinds: list[str] = [one.message.interaction_type for one in interactions]
    return {names[which]: kinds.count(kind) for kind, names in _COUNTED.items()}


def _counter(table: Table, tool: str, kind: str, named: Mapping[str, str], added: Mapping[str, Any]) -> Write:
    """Adds to the numbers of an item, which may not exist yet; all of them are there from the beginning."""
    values = {"kind": kind, "toolId": tool, **named, **added, "now": now_ms(), "empty": {}, "zero": 0, "one": 1}
    changes = [
        "#entityType = :kind",
        "#updatedAt = :now",
        "#createdAt = if_not_exists(#createdAt, :now)",
        "#metadata = if_not_exists(#metadata, :empty)",
        *(f"#{name} = :{name}" for name in ("toolId", *named)),
        *(f"#{name} = if_not_exists(#{name}, :zero) + :{name}" for name in added),
    ]
    key = (f"TOOL#{tool}", "#".join((kind, *named.values())))
    return update(table, key, f"SET {', '.join(changes)} ADD #version :one", values)


def _derived(summary: Mapping[str, Any], newest: int) -> dict[str, Any]:
    views, starts = summary.get("totalViews", 0), summary.get("totalStarts", 0)
    completions, leads = summary.get("totalCompletions", 0), summary.get("totalLeads", 0)
    rates = (
        _ratio(100 * completions, views),
        _ratio(100 * leads, views),
        _ratio(100 * completions, starts),
        _ratio(summary.get("timeSpentTotal", 0), summary.get("timeSpentCount", 0)),
    )
    latest = max(newest, summary.get("lastActivity", 0))
    return {**dict(zip(_RATES, rates, strict=True)), "lastActivity": latest}


def _ratio(part: float, whole: float) -> float:
    return round(part / whole, 2) if whole else 0
