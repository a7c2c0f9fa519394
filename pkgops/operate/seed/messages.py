"""Sending messages of which deployed functions make seed data, and waiting until they have."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pkgops.errors import PkgopsError
from pkgops.events import Emit, Finished, Progress, Started
from pkgops.operate.seed.report import KindCount, WaitResult

if TYPE_CHECKING:
    from pkgops.ports.ports import Ports
    from pkgops.ports.tables import Tables
    from pkgops.seeds import SeedMessages

_FIRST, _LONGEST = 0.1, 2.0  # seconds between two reads


def send_messages(
    rows: Sequence[SeedMessages], outputs: Mapping[str, str], ports: Ports, emit: Emit, timeout: float
) -> tuple[list[tuple[KindCount, tuple[str, ...]]], list[WaitResult]]:
    """Sends the messages of each row whose item is absent, and waits up to ``timeout`` seconds until the items have
    their values. ``outputs`` are those that the rows name. Returns the count of each kind with a sentence per failure,
    and a result for each function that was waited for."""
    absent = [row for row in rows if not _items([row], outputs, ports.tables)]
    failures: dict[str, str] = {}
    for row in absent:
        try:
            ports.queues.send(outputs[row.queue].rpartition("/")[2], [json.dumps(one) for one in row.messages])
        except PkgopsError as error:
            failures[row.label] = " ".join(filter(None, (f"{row.label}: {error.message}", error.hint)))
    sent = [row for row in absent if row.label not in failures]
    counts = [_count(kind, rows, sent, failures) for kind in dict.fromkeys(row.kind for row in rows)]
    functions = dict.fromkeys(row.by for row in sent)
    end = time.monotonic() + timeout
    waits = [_wait([row for row in sent if row.by == by], outputs, ports.tables, emit, end) for by in functions]
    return counts, waits


def _count(
    kind: str, rows: Sequence[SeedMessages], sent: Sequence[SeedMessages], failures: Mapping[str, str]
) -> tuple[KindCount, tuple[str, ...]]:
    all_of, written = (sum(row.kind == kind for row in some) for some in (rows, sent))
    failed = [failures[row.label] for row in rows if row.kind == kind and row.label in failures]
    return KindCount(kind, written, all_of - written - len(failed), len(failed)), tuple(failed)


def _wait(rows: Sequence[SeedMessages], outputs: Mapping[str, str], port: Tables, emit: Emit, end: float) -> WaitResult:
    """Waits for what one function makes, until ``end`` by the monotonic clock."""
    started, pause, what = time.monotonic(), _FIRST, f"Waiting for {rows[0].by}"
    emit(Started(what))
    while True:
        found = _items(rows, outputs, port)
        missing = tuple(row.label for row in rows if not row.values.items() <= found.get(row.label, {}).items())
        emit(Progress(what, len(rows) - len(missing), len(rows)))
        left = end - time.monotonic()
        if not missing or left <= 0:
            break
        time.sleep(min(pause, left))
        pause = min(_LONGEST, pause * 1.3)
    attributes = ", ".join(dict.fromkeys(name for row in rows for name in row.values))
    done = len(rows) - len(missing)
    emit(Finished(what, f"{done} of {len(rows)} have {attributes}"))
    return WaitResult(rows[0].kind, attributes, rows[0].by, done, missing, time.monotonic() - started)


def _items(rows: Sequence[SeedMessages], outputs: Mapping[str, str], port: Tables) -> dict[str, dict[str, Any]]:
    """The items that are there, by their row's label; one batched read for each table."""
    found: dict[str, dict[str, Any]] = {}
    for table in dict.fromkeys(row.table for row in rows):
        own = [row for row in rows if row.table == table]
        attributes = dict.fromkeys(name for row in own for name in (*row.key, *row.values))
        items = port.read(outputs[table], [row.key for row in own], tuple(attributes))
        for row in own:
            item = next((one for one in items if row.key.items() <= one.items()), None)
            found |= {row.label: item} if item else {}
    return found
