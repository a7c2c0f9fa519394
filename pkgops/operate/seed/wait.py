"""Has what is deployed filled in what the seed data leaves open?"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pkgops.events import Emit, Finished, Progress, Started
from pkgops.operate.seed.seed import Outcome, Place, Waited

if TYPE_CHECKING:
    from pkgops.ports.tables import Tables
    from pkgops.seeds import ExpectedAttribute

_FIRST = 0.1  # seconds between two looks; the emulator's streams need about 0.25
_LONGEST = 2.0

Keys = tuple[Any, ...]


def settle(
    wanted: ExpectedAttribute, outcomes: Sequence[Outcome], tables: Tables, emit: Emit, timeout: float
) -> Waited:
    """Waits until every item of ``wanted.kind`` has ``wanted.attribute``, as long as one of those written just
    now is without it; items that were there before are looked at but not waited for."""
    began = time.monotonic()
    concerned = [each for each in outcomes if each.item.kind == wanted.kind and each.error is None]
    pending = {_id(each): each for each in concerned}
    total, pause = len(pending), _FIRST
    what = f"Waiting for {wanted.by}"
    emit(Started(what))
    while pending:
        before = len(pending)
        for done in _settled(wanted.attribute, list(pending.values()), tables):
            pending.pop(done, None)
        emit(Progress(what, total - len(pending), total))
        left = began + timeout - time.monotonic()
        if left <= 0 or not any(each.written for each in pending.values()):
            break
        pause = _FIRST if len(pending) < before else min(_LONGEST, pause * 1.5)
        time.sleep(min(pause, left))
    seconds = time.monotonic() - began
    missing = tuple(each.item.label for each in pending.values())
    emit(Finished(what, f"{total - len(missing)} of {total} have {wanted.attribute}"))
    return Waited(wanted.kind, wanted.attribute, wanted.by, total - len(missing), missing, seconds)


def _settled(attribute: str, outcomes: Sequence[Outcome], tables: Tables) -> set[tuple[str, Keys]]:
    """The ids of those whose item has the attribute; one batched read a table."""
    found: set[tuple[str, Keys]] = set()
    places: dict[Place, list[Mapping[str, Any]]] = {}
    for each in outcomes:
        key = {name: each.item.item[name] for name in each.place.keys}
        places.setdefault(each.place, []).append(key)
    for place, keys in places.items():
        for item in tables.read(place.table, keys, (*place.keys, attribute)):
            if item.get(attribute) is not None:
                found.add((place.table, tuple(item[name] for name in place.keys)))
    return found


def _id(outcome: Outcome) -> tuple[str, Keys]:
    return outcome.place.table, tuple(outcome.item.item[name] for name in outcome.place.keys)
