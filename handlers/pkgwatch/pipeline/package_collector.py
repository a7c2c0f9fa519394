"""SQS function on the package queue: collects the packages its messages name and replaces their items."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from handlers.common.aws import client
from handlers.common.deadline import OutOfTime
from handlers.common.logs import begin, logger
from handlers.common.parallel import run_in_background
from handlers.common.queue_messages import item_failures
from handlers.common.secrets import SecretUnavailable, secret
from handlers.pkgwatch.collect.collector import COLLECTED, Services, collect_package
from handlers.pkgwatch.collect.download_count import Counts
from handlers.pkgwatch.collect.messages import InvalidMessage, Message, UnreadableMessage, read_message
from handlers.pkgwatch.collect.raw_data import RawData
from handlers.pkgwatch.collect.source_queries import Upstreams
from handlers.pkgwatch.collect.sources import npm_downloads
from handlers.pkgwatch.collect.sources.github import GitHub
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.collect.upstream.failures import UpstreamError
from handlers.pkgwatch.collect.upstream.guard import guards
from handlers.pkgwatch.packages.batch_read import read_ahead
from handlers.pkgwatch.packages.package_names import package_key
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import Metrics, metrics
from handlers.pkgwatch.runtime.settings import settings

_RESERVE = 20.0  # seconds at the end without requests to an upstream

Record = Mapping[str, Any]
_Item = Mapping[str, Any]
_Delivery = tuple[str, Message]  # a message with its id


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What `collect_package` returned for a message, or why it ``failed``."""

    delivery: _Delivery
    result: str = ""
    failed: str = ""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Takes ``{"Records": [...]}`` of the queue; answers with batchItemFailures."""
    begin("pkgwatch", context)
    with metrics() as counters:
        return collect_batch(_services(context), event["Records"], counters)


def collect_batch(services: Services, records: Sequence[Record], counters: Metrics) -> dict[str, Any]:
    """Collects the packages of a batch, all at once. ``batchItemFailures`` are the messages that failed; SQS delivers
    them again, and after the third time moves them to the dead-letter queue."""
    started = time.perf_counter()
    deliveries, failed = _read(records, counters)
    bulk = _bulk_downloads(services, [message for _, message in deliveries])
    groups: dict[tuple[str, str], list[_Delivery]] = {}
    for delivery in deliveries:  # a package named twice is collected once: the second time it is recent
        groups.setdefault((delivery[1].ecosystem, delivery[1].name), []).append(delivery)
    keys = {name: package_key(*name) for name in groups}
    known = read_ahead(services.packages, list(keys.values()), consistent=True)
    running: list[Future[list[_Outcome]]] = [
        run_in_background(_collect_in_turn, services, group, bulk, known.get(keys[name]))
        for name, group in groups.items()
    ]
    failed += _count([outcome for future in running for outcome in future.result()], counters)
    counters.value("BatchProcessingTime", (time.perf_counter() - started) * 1000, "Milliseconds")
    counters.count("BatchSize", len(records))
    counters.count("BatchSuccesses", len(records) - len(failed))
    counters.count("BatchFailures", len(failed))
    return {"batchItemFailures": item_failures(failed)}


def _read(records: Iterable[Record], counters: Metrics) -> tuple[list[_Delivery], list[str]]:
    """The readable messages, and the ids of the others."""
    deliveries, failed = [], []
    for record in records:
        message_id = str(record.get("messageId") or "")
        try:
            deliveries.append((message_id, read_message(record.get("body"))))
        except UnreadableMessage:
            logger.exception("A message cannot be read", extra={"message_id": message_id})
            counters.count("MessageParseError")
            failed.append(message_id)
        except InvalidMessage:
            logger.exception("A message does not name a package", extra={"message_id": message_id})
            counters.count("CollectionFailures", Ecosystem="unknown", Reason="validation_error")
            failed.append(message_id)
    return deliveries, failed


def _bulk_downloads(services: Services, messages: Sequence[Message]) -> Counts:
    """Last week's downloads of the unscoped npm packages in one call. None of them if that fails: they are then
    fetched one by one."""
    names = {
        message.name
        for message in messages
        if message.ecosystem == "npm" and (message.sources is None or "npm" in message.sources)
    }
    unscoped = sorted(name for name in names if not name.startswith("@"))[: npm_downloads.BULK]
    if not unscoped:
        return {}
    upstreams = services.upstreams
    http, base = upstreams.client, upstreams.settings.npm_api_base_url
    try:
        guard = upstreams.guards["npm_downloads"]
        return guard.call(lambda: npm_downloads.bulk_weekly_downloads(http, base, unscoped))
    except (UpstreamError, OutOfTime) as error:
        logger.warning("Downloads could not be fetched in bulk", extra={"reason": str(error)})
        return {}


def _collect_in_turn(
    services: Services, deliveries: Sequence[_Delivery], bulk: Counts, known: _Item | None
) -> list[_Outcome]:
    """``known`` is the package's item, which the first collection replaces."""
    first, *others = deliveries
    return [_outcome(services, first, bulk, known), *(_outcome(services, other, bulk, None) for other in others)]


def _outcome(services: Services, delivery: _Delivery, bulk: Counts, known: _Item | None) -> _Outcome:
    message = delivery[1]
    package = {"package": f"{message.ecosystem}#{message.name}"}
    try:
        return _Outcome(delivery, collect_package(services, message, bulk, known))
    except OutOfTime:
        logger.warning("Time ran out", extra=package)
        return _Outcome(delivery, failed="timeout")
    except Exception as error:
        logger.exception("A package could not be collected", extra=package)
        return _Outcome(delivery, failed=type(error).__name__)


def _count(outcomes: Iterable[_Outcome], counters: Metrics) -> list[str]:
    """Counts the outcomes; the ids of the messages that failed."""
    failed = []
    for outcome in outcomes:
        message_id, message = outcome.delivery
        if outcome.failed:
            failed.append(message_id)
            counters.count("CollectionFailures", Ecosystem=message.ecosystem, Reason=outcome.failed)
        elif outcome.result == COLLECTED:
            counters.count("PackagesCollected", Ecosystem=message.ecosystem)
    return failed


def _services(context: Any) -> Services:
    known = settings()
    http = UpstreamClient.of(context, _RESERVE)
    return Services(
        packages=tables.packages(),
        upstreams=Upstreams(
            client=http,
            guards=guards(tables.api_keys(), known.use_distributed_circuit_breaker),
            github=GitHub(http, known.github_api_base_url, _github_token(known.github_token_secret_arn)),
            settings=known,
        ),
        raw_data=RawData(partial(client, "s3"), known.raw_data_bucket),
        clock=lambda: datetime.now(UTC),
        dedup_window=timedelta(minutes=known.dedup_window_minutes),
    )


def _github_token(name: str) -> str:
    """GitHub's token, "" if it cannot be read: GitHub then allows few requests, and the other sources still work."""
    try:
        return secret(name, "token")
    except SecretUnavailable as error:
        logger.warning("There is no token for GitHub", extra={"reason": str(error)})
        return ""
