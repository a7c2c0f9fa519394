"""Weekly function: queues the most important packages for the expansion of their dependency graphs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from handlers.common.aws import client
from handlers.common.deadline import Deadline
from handlers.common.dynamodb import Table
from handlers.common.logs import begin, logger
from handlers.pkgwatch.collect.upstream.circuit_breaker import UpstreamBreaker
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid
from handlers.pkgwatch.runtime import tables
from handlers.pkgwatch.runtime.message_batches import OutgoingMessage, send_all
from handlers.pkgwatch.runtime.metrics import metrics
from handlers.pkgwatch.runtime.settings import settings

EXPANDED_TIERS = (1, 2)
PER_TIER = 150  # packages, the most recently collected
PER_MESSAGE = 10

_RESERVE = 10.0  # seconds


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers with ``{"statusCode", "packages", "messages", "errors"}``, or ``{"skipped": "circuit_open"}`` while
    deps.dev would not be called."""
    begin("pkgwatch", context)
    url = settings().discovery_queue_url
    if not url:
        logger.error("There is no discovery queue: DISCOVERY_QUEUE_URL is not set")
        return {"statusCode": 500}
    if UpstreamBreaker(tables.api_keys(), "deps.dev").is_open():
        logger.warning("The circuit of deps.dev is open")
        return {"skipped": "circuit_open"}
    with metrics() as counters:
        names = newest_packages(tables.packages())
        sent, errors = send_all(client("sqs"), url, messages(names), Deadline.of(context, _RESERVE))
        result = {"packages": sum(map(len, names.values())), "messages": sent, "errors": errors}
        for name, count in result.items():
            counters.count(f"GraphExpander{name.capitalize()}", count)
    logger.info("Expansion dispatched", extra=result)
    return {"statusCode": 200, **result}


def newest_packages(packages: Table) -> dict[str, list[str]]:
    """The names of the packages to expand, by ecosystem."""
    found: dict[str, list[str]] = {ecosystem: [] for ecosystem in ECOSYSTEMS}
    for tier in EXPANDED_TIERS:
        newest = packages.pages("tier-index", "#tier = :tier", {"tier": tier}, "", True)
        for item in islice(newest, PER_TIER):
            ecosystem, _, name = item["pk"].partition("#")
            if ecosystem in found and is_valid(ecosystem, name):
                found[ecosystem].append(name)
    return found


def messages(names: Mapping[str, list[str]]) -> Iterator[OutgoingMessage]:
    """Messages of ten packages of one ecosystem each."""
    for ecosystem, listed in names.items():
        for start in range(0, len(listed), PER_MESSAGE):
            yield OutgoingMessage({"packages": listed[start : start + PER_MESSAGE], "ecosystem": ecosystem})
