"""Which messages of a batch were dealt with, and which come again?"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from handlers.common.logs import logger
from handlers.common.parallel import run_in_background
from handlers.pkgwatch.collect.collector import COLLECTED, Services, process
from handlers.pkgwatch.collect.downloads import weekly as weekly_downloads
from handlers.pkgwatch.collect.messages import Invalid, Message, Unreadable, read
from handlers.pkgwatch.collect.upstream.failures import Failed, OutOfTime
from handlers.pkgwatch.runtime.metrics import Metrics

Record = Mapping[str, Any]
_Keyed = tuple[str, Message]


def handle(services: Services, records: Sequence[Record], metrics: Metrics) -> dict[str, Any]:
    """Collects what the records of the queue name, all packages at once. ``batchItemFailures`` are those that did not
    work; SQS delivers them again, and after the third time puts them with the dead letters."""
    started = time.perf_counter()
    messages, failed = _read(records, metrics)
    bulk = _bulk(services, [message for _, message in messages])
    groups: dict[tuple[str, str], list[_Keyed]] = {}
    for keyed in messages:  # a package named twice is not collected by two threads: the second finds it recent
        groups.setdefault((keyed[1].ecosystem, keyed[1].name), []).append(keyed)
    running: list[Future[list[tuple[_Keyed, str]]]] = [
        run_in_background(_in_turn, services, group, bulk) for group in groups.values()
    ]
    outcomes = [outcome for future in running for outcome in future.result()]
    for (number, message), outcome in outcomes:
        if outcome.startswith("failed:"):
            failed.append(number)
            reason = outcome.removeprefix("failed:")
            metrics.count("CollectionFailures", Ecosystem=message.ecosystem, Reason=reason)
        elif outcome == COLLECTED:
            metrics.count("PackagesCollected", Ecosystem=message.ecosystem)
    metrics.value("BatchProcessingTime", (time.perf_counter() - started) * 1000, "Milliseconds")
    metrics.count("BatchSize", len(records))
    metrics.count("BatchSuccesses", len(records) - len(failed))
    metrics.count("BatchFailures", len(failed))
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _read(records: Iterable[Record], metrics: Metrics) -> tuple[list[_Keyed], list[str]]:
    messages, failed = [], []
    for record in records:
        number = str(record.get("messageId") or "")
        try:
            messages.append((number, read(record.get("body"))))
        except Unreadable:
            logger.exception("A message cannot be read", extra={"message_id": number})
            metrics.count("MessageParseError")
            failed.append(number)
        except Invalid:
            logger.exception("A message names no package", extra={"message_id": number})
            metrics.count("CollectionFailures", Ecosystem="unknown", Reason="validation_error")
            failed.append(number)
    return messages, failed


def _bulk(services: Services, messages: Sequence[Message]) -> weekly_downloads.Counts:
    """Last week's downloads of the unscoped npm packages in one call; none if that fails, and then they are asked for
    one by one."""
    npm = {message.name for message in messages if message.ecosystem == "npm" and _asks_npm(message)}
    names = sorted(name for name in npm if not name.startswith("@"))[: weekly_downloads.BULK]
    if not names:
        return {}
    upstreams = services.upstreams
    base = upstreams.settings.npm_api_base_url
    try:
        return upstreams.gates["npm_downloads"].ask(lambda: weekly_downloads.npm_bulk(upstreams.web, base, names))
    except (Failed, OutOfTime) as error:
        logger.warning("Downloads could not be fetched together", extra={"reason": str(error)})
        return {}


def _asks_npm(message: Message) -> bool:
    return message.only is None or "npm" in message.only


def _in_turn(services: Services, group: Sequence[_Keyed], bulk: weekly_downloads.Counts) -> list[tuple[_Keyed, str]]:
    return [(keyed, _outcome(services, keyed[1], bulk)) for keyed in group]


def _outcome(services: Services, message: Message, bulk: weekly_downloads.Counts) -> str:
    try:
        return process(services, message, bulk)
    except OutOfTime:
        logger.warning("Time ran out", extra={"package": f"{message.ecosystem}#{message.name}"})
        return "failed:timeout"
    except Exception as error:
        logger.exception("A package could not be collected", extra={"package": f"{message.ecosystem}#{message.name}"})
        return f"failed:{type(error).__name__}"
