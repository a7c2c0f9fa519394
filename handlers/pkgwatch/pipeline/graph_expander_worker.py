"""SQS function on the discovery queue: adds packages that important ones depend on and that are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from handlers.common.aws import client
from handlers.common.deadline import OutOfTime
from handlers.common.dynamodb import Table
from handlers.common.logs import begin, logger
from handlers.common.parallel import run_in_background
from handlers.common.queue_messages import item_failures, json_object
from handlers.pkgwatch.collect.discovery.dependency_cache import DependencyCache
from handlers.pkgwatch.collect.sources.depsdev_graph import DependencyGraph
from handlers.pkgwatch.collect.upstream.client import UpstreamClient
from handlers.pkgwatch.collect.upstream.failures import UpstreamError
from handlers.pkgwatch.collect.upstream.guard import guards
from handlers.pkgwatch.packages.new_packages import add_items, find_unknown, new_item
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalize
from handlers.pkgwatch.packages.package_queue import PackageQueue
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

SOURCE = "graph_expansion"
REASON = "graph_expansion_discovery"
MIN_DEPENDENTS = 100

_RESERVE = 20.0  # seconds at the end without requests

T = TypeVar("T")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Takes ``{"Records": [...]}`` of the queue; answers with counts and batchItemFailures."""
    begin("pkgwatch", context)
    services, now = _services(context), datetime.now(UTC)
    processed, discovered, incomplete = 0, 0, []
    with metrics() as counters:
        for record in event.get("Records") or []:
            expansion = expand(services, record, now)
            processed += expansion.processed
            discovered += len(expansion.discovered)
            incomplete += [record["messageId"]] if expansion.incomplete else []
        counters.count("GraphExpanderProcessed", processed)
        counters.count("GraphExpanderDiscovered", discovered)
    counts = {"processed": processed, "discovered": discovered}
    logger.info("Expanded", extra=counts)
    return {**counts, "batchItemFailures": item_failures(incomplete)}


@dataclass(frozen=True, slots=True)
class Services:
    """What an expansion works with."""

    packages: Table
    graph: DependencyGraph
    cache: DependencyCache
    queue: PackageQueue


def _services(context: Any) -> Services:
    known = settings()
    guard = guards(tables.api_keys(), True)["deps.dev"]
    return Services(
        packages=tables.packages(),
        graph=DependencyGraph(UpstreamClient.of(context, _RESERVE), guard, known.depsdev_base_url),
        cache=DependencyCache(partial(client, "s3"), known.raw_data_bucket),
        queue=PackageQueue(partial(client, "sqs"), known.package_queue_url),
    )


@dataclass(slots=True)
class Expansion:
    """How many packages a message's expansion processed, which ones it discovered, and whether the message has to be
    delivered again because deps.dev could not answer."""

    processed: int = 0
    discovered: list[str] = field(default_factory=list)
    incomplete: bool = False


def expand(services: Services, record: Mapping[str, Any], now: datetime) -> Expansion:
    """Reads the dependencies of the packages in a message, ``{"packages": [...], "ecosystem"}``, and adds those that
    enough packages depend on.

    A message that is delivered again repeats nothing that succeeded, because that is stored or cached."""
    ecosystem, names = _packages(record)
    expansion = Expansion()

    def dependencies(name: str) -> list[str]:
        return _dependencies(services, ecosystem, name, now)

    found = _concurrently(dependencies, names, expansion)
    expansion.processed = len(found)
    candidates = sorted({dependency for listed in found.values() for dependency in listed})
    missing = find_unknown(services.packages, ecosystem, candidates)

    def dependents(name: str) -> int:
        return services.graph.dependents(ecosystem, name)

    counts = _concurrently(dependents, missing, expansion)
    used = [name for name, count in counts.items() if count >= MIN_DEPENDENTS]
    added = add_items(services.packages, [new_item(ecosystem, name, SOURCE, now) for name in used])
    expansion.discovered = [item["name"] for item in added]
    services.queue.send(ecosystem, expansion.discovered, REASON)
    return expansion


def _packages(record: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Ecosystem and valid names of a message; no names if it cannot be read."""
    body = json_object(record.get("body"))
    if body is None:
        logger.error("A message cannot be read; it is dropped", extra={"body": str(record.get("body"))[:500]})
        return "npm", []
    ecosystem, listed = body.get("ecosystem", "npm"), body.get("packages")
    if ecosystem not in ECOSYSTEMS or not isinstance(listed, list):
        return "npm", []
    names = {normalize(ecosystem, name) for name in listed if isinstance(name, str)}
    return ecosystem, sorted(name for name in names if is_valid(ecosystem, name))


def _dependencies(services: Services, ecosystem: str, name: str, now: datetime) -> list[str]:
    cached = services.cache.get(ecosystem, name, now)
    if cached is not None:
        return cached
    found = services.graph.dependencies(ecosystem, name)
    services.cache.put(ecosystem, name, found, now)
    return found


def _concurrently(request: Callable[[str], T], names: Sequence[str], expansion: Expansion) -> dict[str, T]:
    """The result for each name, without the names that failed."""
    running = [(name, run_in_background(request, name)) for name in names]
    results: dict[str, T] = {}
    for name, future in running:
        try:
            results[name] = future.result()
        except OutOfTime:
            expansion.incomplete = True
        except UpstreamError as error:
            logger.warning("deps.dev gave no answer", extra={"package": name, "reason": error.code})
            expansion.incomplete = expansion.incomplete or error.retryable or error.blame is None
    return results
