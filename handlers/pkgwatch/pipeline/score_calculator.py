"""Function on the packages stream, a queue, or a direct call: scores collected packages."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import begin, logger
from handlers.common.parallel import run_in_background
from handlers.common.queue_messages import item_failures, json_object
from handlers.common.timestamps import iso, parse
from handlers.pkgwatch.packages.batch_read import read_ahead
from handlers.pkgwatch.packages.data_quality import queryable
from handlers.pkgwatch.packages.package_names import package_key
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.scoring.score import score
from handlers.pkgwatch.scoring.stream_records import INVALID_KEY, Record, package_to_score

ATTEMPTS = 4  # of each call to the table
_QUEUED = "queued"  # a record of a queue, whose message names its package

_STORED = (
    *("health_score", "risk_level", "score_components", "confidence"),
    *("confidence_interval", "abandonment_risk", "scored_at", "queryable"),
)
_CHANGE = "SET " + ", ".join(f"{name} = :{name}" for name in _STORED) + " REMOVE force_rescore"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one package: an HTTP-like status and a body. From 500 on, the record is sent again."""

    status: int
    body: Mapping[str, Any]

    @property
    def skipped(self) -> bool:
        """Whether nothing had to be done."""
        return bool(self.body.get("skipped"))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers ``{"Records": [...]}`` with counts and batchItemFailures, ``{"ecosystem", "name"}`` with a status code
    and a body."""
    begin("pkgwatch", context)
    now = datetime.now(UTC)
    if "Records" in event:
        result = score_batch(tables.packages(ATTEMPTS), event["Records"], now)
        logger.info("Scored", extra={name: count for name, count in result.items() if name != "batchItemFailures"})
        return result
    outcome = _direct(event, now)
    return {"statusCode": outcome.status, "body": json.dumps(outcome.body)}


def _direct(event: dict[str, Any], now: datetime) -> Outcome:
    if event.get("action") == "recalculate_all":
        return _failure(501, "not_implemented", "Packages are rescored by setting force_rescore on their items.")
    return _rescore_named(tables.packages(ATTEMPTS), event, now)


def score_batch(packages: Table, records: Sequence[Record], now: datetime) -> dict[str, Any]:
    """Scores the packages of the records of a stream or a queue, each package once and all at once.

    Returns counts, and ``batchItemFailures`` for records whose table call failed. An invalid record is not sent
    again, because it would be so for ever.
    """
    asked = [package_to_score(record) if "dynamodb" in record else (None, _QUEUED) for record in records]
    items = read_ahead(packages, list(dict.fromkeys(key for key, _ in asked if key)))
    batch = _Batch(packages, now, items)
    started = [batch.start(record, *what) for record, what in zip(records, asked, strict=True)]
    outcomes = [_finish(outcome) for outcome in started]
    failed = [record for record, outcome in zip(records, outcomes, strict=True) if outcome.status >= 500]
    return {
        "processed": len(outcomes),
        "successes": sum(outcome.status < 400 and not outcome.skipped for outcome in outcomes),
        "skipped": sum(outcome.skipped for outcome in outcomes),
        "failures": sum(outcome.status >= 400 for outcome in outcomes),
        "batchItemFailures": item_failures(map(_identifier, failed)),
    }


@dataclass(frozen=True, slots=True)
class _Batch:
    """The packages of a batch: ``items`` were read for it, ``running`` are being scored."""

    packages: Table
    now: datetime
    items: Mapping[Key, Mapping[str, Any]]
    running: dict[Key, Future[Outcome]] = field(default_factory=dict)

    def start(self, record: Record, key: Key | None, reason: str) -> Outcome | Future[Outcome]:
        """What becomes of a record that asks for the package ``key``, or for none because of ``reason``."""
        if reason == _QUEUED:
            return run_in_background(_from_queue, self.packages, record, self.now)
        if reason == INVALID_KEY:
            return _failure(400, reason, "The key is not of the form ecosystem#name.")
        if key is None:
            return _skip(reason)
        if key not in self.running:
            self.running[key] = run_in_background(rescore, self.packages, key, self.now, self.items.get(key))
        return self.running[key]


def _finish(started: Outcome | Future[Outcome]) -> Outcome:
    if isinstance(started, Outcome):
        return started
    try:
        return started.result()
    except Exception as error:
        logger.exception("A record could not be processed")
        return _failure(500, "internal_error", type(error).__name__)


def _from_queue(packages: Table, record: Record, now: datetime) -> Outcome:
    message = json_object(record.get("body"))
    if message is None:
        logger.error("A message is not a JSON object")
        return _failure(400, "invalid_json", "The message must be a JSON object.")
    return _rescore_named(packages, message, now)


def _identifier(record: Record) -> str:
    """What identifies a record to its source: a stream's is a sequence number, from which on Lambda sends again."""
    sequence = (record.get("dynamodb") or {}).get("SequenceNumber")
    return str(sequence or record.get("eventID") or record.get("messageId") or "")


def _rescore_named(packages: Table, message: Mapping[str, Any], now: datetime) -> Outcome:
    name = message.get("name")
    if not name or not isinstance(name, str):
        return _failure(400, "missing_name", "Name a package.")
    return rescore(packages, package_key(str(message.get("ecosystem") or "npm"), name), now)


def rescore(packages: Table, key: Key, now: datetime, known: Mapping[str, Any] | None = None) -> Outcome:
    """Scores a package unless it was scored since its collection. Status 404 for an unknown one, 500 if the table does
    not answer. ``known`` is its item as just read, {} if there is none; without it, it is read here."""
    try:
        item = packages.get(key) if known is None else known
        if not item:
            return _failure(404, "package_not_found", f"There is no item {key[0]}.")
        reason = _skip_reason(item)
        return _skip(reason) if reason else _score(packages, key, item, now)
    except ServiceError:
        logger.exception("A package could not be scored", extra={"package": key[0]})
        return _failure(500, "internal_error", "The table did not answer.")


def _skip_reason(item: Mapping[str, Any]) -> str:
    collected, scored = parse(item.get("collected_at")), parse(item.get("scored_at"))
    if collected is None:
        return "not_collected"
    given_up = str(item.get("data_status") or "").startswith("abandoned_")
    if item.get("sources") == [] and not item.get("latest_version") and not given_up:
        return (
            "no_data"  # no source has answered: a score would say that the package is bad, and not that it is unknown
        )
    return "already_scored" if scored and scored > collected and item.get("force_rescore") is not True else ""


def _score(packages: Table, key: Key, item: Mapping[str, Any], now: datetime) -> Outcome:
    """Stores the scores if the item has not been collected again meanwhile: that brings a record of its own, and the
    new item must not count as scored."""
    scores = _finite(score(item, now))
    values = {
        **scores,
        "scored_at": iso(now),
        "queryable": queryable({**item, "health_score": scores["health_score"]}),
        "collected": item["collected_at"],
    }
    try:
        packages.update(key, _CHANGE, values, "collected_at = :collected")
    except ConditionFailed:
        return _skip("collected_again")
    ecosystem, _, name = key[0].partition("#")
    shown = {field: scores[field] for field in ("health_score", "risk_level", "confidence", "abandonment_risk")}
    body = {"package": name, "ecosystem": ecosystem, **shown, "components": scores["score_components"]}
    return Outcome(200, body)


def _finite(value: Any) -> Any:
    """The value with 0 for NaN and infinity, which the table does not accept."""
    if isinstance(value, float):
        return value if isfinite(value) else 0
    if isinstance(value, dict):
        return {name: _finite(entry) for name, entry in value.items()}
    return [_finite(entry) for entry in value] if isinstance(value, list) else value


def _skip(reason: str) -> Outcome:
    return Outcome(200, {"skipped": True, "reason": reason})


def _failure(status: int, code: str, message: str) -> Outcome:
    return Outcome(status, {"error": {"code": code, "message": message}})
