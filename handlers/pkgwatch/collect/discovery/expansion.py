"""Which packages that others depend on do we not know yet?"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background
from handlers.pkgwatch.collect.discovery.dependency_cache import DependencyCache
from handlers.pkgwatch.collect.sources.depsdev_graph import DepsDev
from handlers.pkgwatch.collect.upstream.failures import Failed, OutOfTime
from handlers.pkgwatch.packages.new_packages import add, new_item, unknown
from handlers.pkgwatch.packages.package_names import ECOSYSTEMS, is_valid, normalise
from handlers.pkgwatch.packages.package_queue import PackageQueue

SOURCE = "graph_expansion"
REASON = "graph_expansion_discovery"
LEAST_DEPENDENTS = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Services:
    """What an expansion works with."""

    packages: Table
    depsdev: DepsDev
    cache: DependencyCache
    queue: PackageQueue


@dataclass(slots=True)
class Expanded:
    """How many packages were looked through, which ones were found, and whether some have to be asked for again."""

    processed: int = 0
    discovered: list[str] = field(default_factory=list)
    again: bool = False


def expand(services: Services, body: Any, now: datetime) -> Expanded:
    """Looks through the packages of one message, ``{"packages": [...], "ecosystem"}``, and adds what they depend on
    and enough others do too.

    What deps.dev cannot answer at the moment has the message come again; what was done by then is not done twice,
    because it is known or kept."""
    ecosystem, names = _wanted(body)
    expanded = Expanded()

    def told(name: str) -> list[str]:
        return _dependencies(services, ecosystem, name, now)

    answers = _each(told, names, expanded)
    expanded.processed = len(answers)
    candidates = sorted({one for found in answers.values() for one in found})
    fresh = unknown(services.packages, ecosystem, candidates)

    def dependents(name: str) -> int:
        return services.depsdev.dependents(ecosystem, name)

    used = [name for name, count in _each(dependents, fresh, expanded).items() if count >= LEAST_DEPENDENTS]
    added = add(services.packages, [new_item(ecosystem, name, SOURCE, now) for name in used])
    expanded.discovered = [item["name"] for item in added]
    services.queue.send(ecosystem, expanded.discovered, REASON)
    return expanded


def message(text: Any) -> Any:
    """The body of a message; None if it is no JSON."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        logger.error("A message cannot be read; it is dropped", extra={"body": str(text)[:500]})
        return None


def _wanted(body: Any) -> tuple[str, list[str]]:
    """Ecosystem and names; nothing of what cannot be a package."""
    given = body if isinstance(body, dict) else {}
    ecosystem, listed = given.get("ecosystem", "npm"), given.get("packages")
    if ecosystem not in ECOSYSTEMS or not isinstance(listed, list):
        return "npm", []
    names = {normalise(ecosystem, name) for name in listed if isinstance(name, str)}
    return ecosystem, sorted(name for name in names if is_valid(ecosystem, name))


def _dependencies(services: Services, ecosystem: str, name: str, now: datetime) -> list[str]:
    kept = services.cache.get(ecosystem, name, now)
    if kept is not None:
        return kept
    found = services.depsdev.dependencies(ecosystem, name)
    services.cache.put(ecosystem, name, found, now)
    return found


def _each(ask: Callable[[str], T], names: Sequence[str], expanded: Expanded) -> dict[str, T]:
    """The answers that came, all asked for at once."""
    asked = [(name, run_in_background(ask, name)) for name in names]
    answers: dict[str, T] = {}
    for name, future in asked:
        try:
            answers[name] = future.result()
        except OutOfTime:
            expanded.again = True
        except Failed as failed:
            logger.warning("deps.dev gave no answer", extra={"package": name, "reason": failed.code})
            expanded.again = expanded.again or failed.again or failed.blame is None
    return answers
