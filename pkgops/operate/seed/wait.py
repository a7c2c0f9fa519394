"""Waiting for the attributes of seed items that deployed functions fill in."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pkgops.events import Emit, Finished, Progress, Started
from pkgops.operate.seed.items import Table, WriteResult
from pkgops.operate.seed.report import WaitResult

if TYPE_CHECKING:
    from pkgops.ports.tables import Tables
    from pkgops.seeds import ExpectedAttribute

_FIRST = 0.1  # seconds between two reads; the emulator's streams need about 0.25
_LONGEST = 2.0

ItemId = tuple[str, tuple[Any, ...]]  # table and key values


def wait_for_attribute(
    wanted: ExpectedAttribute, results: Sequence[WriteResult], port: Tables, emit: Emit, timeout: float
) -> WaitResult:
    """Waits until every item of ``wanted.kind`` has ``wanted.attribute``, as long as one written just now is without
    it; items that existed before are checked but not waited for."""
    started = time.monotonic()
    pending = {_id(each): each for each in results if each.item.kind == wanted.kind and each.error is None}
    total, pause = len(pending), _FIRST
    what = f"Waiting for {wanted.by}"
    emit(Started(what))
    while pending:
        before = len(pending)
        for done in _having(wanted.attribute, list(pending.values()), port):
            pending.pop(done, None)
        emit(Progress(what, total - len(pending), total))
        left = started + timeout - time.monotonic()
        if left <= 0 or not any(each.written for each in pending.values()):
            break
        pause = _FIRST if len(pending) < before else min(_LONGEST, pause * 1.5)
        time.sleep(min(pause, left))
    seconds = time.monotonic() - started
    missing = tuple(each.item.label for each in pending.values())
    emit(Finished(what, f"{total - len(missing)} of {total} have {wanted.attribute}"))
    return WaitResult(wanted.kind, wanted.attribute, wanted.by, total - len(missing), missing, seconds)


def _having(attribute: str, results: Sequence[WriteResult], port: Tables) -> set[ItemId]:
    """The ids of the items that have the attribute; one batched read per table."""
    found: set[ItemId] = set()
    keys: dict[Table, list[Mapping[str, Any]]] = {}
    for each in results:
        keys.setdefault(each.table, []).append({name: each.item.item[name] for name in each.table.keys})
    for table, wanted in keys.items():
        for item in port.read(table.name, wanted, (*table.keys, attribute)):
            if item.get(attribute) is not None:
                found.add((table.name, tuple(item[name] for name in table.keys)))
    return found


def _id(result: WriteResult) -> ItemId:
    return result.table.name, tuple(result.item.item[name] for name in result.table.keys)
