"""How are packages scored after all whose stream records failed?

Their items are changed so that the stream speaks of them again. That ends: an item is marked a few times only
between two collections, so one the scorer cannot take does not go round for ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background
from handlers.common.timestamps import iso
from handlers.pkgwatch.runtime.message_batches import batched
from handlers.pkgwatch.scoring.stream_batches import Body, is_description, of_description, of_records, unscored

REASON = "streams_dlq_recovery"
MOST_MARKS = 5  # between two collections
MOST_UNSCORED = 1000  # packages a run takes from the table instead of the stream

_MARK = (
    "SET force_rescore = :yes, rescore_requested_at = :now, rescore_reason = :reason,"
    " rescore_attempts = if_not_exists(rescore_attempts, :none) + :one"
)
_WANTED = (
    "attribute_exists(pk) AND (attribute_not_exists(rescore_attempts) OR rescore_attempts < :most)"
    " AND (attribute_not_exists(scored_at) OR attribute_not_exists(collected_at)"
    " OR scored_at <= collected_at OR force_rescore = :yes)"
)
_AT_ONCE = 100


@dataclass(slots=True)
class _Run:
    """``marks`` tells what became of each package; a package is marked once."""

    packages: Table
    more: Callable[[], bool]
    now: datetime
    marks: dict[Key, str] = field(default_factory=dict)


def process(
    packages: Table,
    messages: Sequence[Mapping[str, Any]],
    streams: Callable[[], Any],
    more: Callable[[], bool],
    now: datetime,
) -> dict[str, Any]:
    """Marks the packages the queue's ``messages`` speak of, as long as there is time for ``more``. ``streams`` makes
    the client that reads a stream again.

    Returns how many messages were ``processed``; how many packages were ``rescored``, ``skipped`` (gone, scored
    meanwhile, or none at all) and ``failed``; in ``batchItemFailures`` the messages that must come again."""
    run = _Run(packages, more, now)
    named: dict[str, set[Key]] = {}
    lost: dict[str, Body] = {}
    for message in messages:
        body = _object(message.get("body"))
        keys = _keys(body, streams)
        if keys is None:
            lost[message["messageId"]] = body
        else:
            named[message["messageId"]] = keys
    _mark_all(run, (key for keys in named.values() for key in keys))
    again = [message for message, keys in named.items() if _unsettled(run, keys)]
    if lost and not _mark_unscored(run, list(lost.values())):
        again += lost
    return _told(run, len(messages), sum(not keys for keys in named.values()), again)


def _keys(body: Body, streams: Callable[[], Any]) -> set[Key] | None:
    return of_description(streams(), body) if is_description(body) else of_records(body)


def _told(run: _Run, processed: int, empty: int, again: Iterable[str]) -> dict[str, Any]:
    outcomes = list(run.marks.values())
    return {
        "processed": processed,
        "rescored": outcomes.count("rescored"),
        "skipped": outcomes.count("skipped") + empty,
        "failed": outcomes.count("failed") + outcomes.count("given_up"),
        "batchItemFailures": [{"itemIdentifier": message} for message in again],
    }


def _mark_all(run: _Run, keys: Iterable[Key]) -> None:
    fresh = (key for key in dict.fromkeys(keys) if key not in run.marks)
    for batch in batched(fresh, _AT_ONCE):
        if not run.more():
            return
        marking = [(key, run_in_background(_mark, run, key)) for key in batch]
        run.marks.update({key: marked.result() for key, marked in marking})


def _mark_unscored(run: _Run, bodies: Sequence[Body]) -> bool:
    """Whether every package was marked that may have been in those batches; if not, the next run goes on."""
    try:
        for batch in batched(unscored(run.packages, bodies), _AT_ONCE):
            _mark_all(run, batch)
            if _unsettled(run, batch):
                return False
            if list(run.marks.values()).count("rescored") >= MOST_UNSCORED:
                logger.warning("More packages are not scored than one run takes")
                return False
    except ServiceError:
        logger.exception("The packages that were not scored could not be read")
        return False
    return True


def _unsettled(run: _Run, keys: Iterable[Key]) -> bool:
    return any(run.marks.get(key, "failed") == "failed" for key in keys)


def _mark(run: _Run, key: Key) -> str:
    """rescored, skipped, given_up, or failed where the table did not answer."""
    values = {"yes": True, "now": iso(run.now), "reason": REASON, "none": 0, "one": 1, "most": MOST_MARKS}
    try:
        run.packages.update(key, _MARK, values, _WANTED)
    except ConditionFailed as refused:
        if _settled(refused.item or {}):
            return "skipped"
        logger.error("A package cannot be scored; its next collection tries again", extra={"package": key[0]})
        return "given_up"
    except ServiceError:
        logger.exception("A package could not be marked", extra={"package": key[0]})
        return "failed"
    return "rescored"


def _settled(item: Mapping[str, Any]) -> bool:
    """Whether an item that was not marked is gone or scored, and was not marked too often."""
    scored = str(item.get("scored_at") or "") > str(item.get("collected_at") or "")
    return int(item.get("rescore_attempts") or 0) < MOST_MARKS or (scored and not item.get("force_rescore"))


def _object(text: Any) -> dict[str, Any]:
    """A message's body; {} if it is no JSON object, which is logged: nothing can be done about it."""
    try:
        body = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return body
    logger.error("A message cannot be read; it is dropped", extra={"body": str(text)[:500]})
    return {}
