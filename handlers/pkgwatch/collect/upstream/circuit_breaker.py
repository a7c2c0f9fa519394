"""The circuit breakers of the upstreams, shared by all containers.

Each is an item in the keys table, ``circuit#<name>`` / ``STATE``. Closed: failures in a row are counted. Open: calls
are refused until the timeout has passed. Half open: a few probes are allowed; enough successes close it, one failure
opens it. ``version`` is an optimistic lock: each transition is made by one container.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.circuit_breaker import CircuitBreaker
from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half_open"
_CACHED = timedelta(seconds=1)  # the life of an item once read
_LIFE = timedelta(hours=24)
_ROUNDS = 3  # after a transition that another container made first

_COUNT_FAILURE = (
    "SET #state = if_not_exists(#state, :closed), #version = if_not_exists(#version, :zero), "
    "last_failure_at = :now, #ttl = :ttl ADD failure_count :one"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The failures in a row that open a circuit, the seconds it stays open, the successes that close it, and the probes
    allowed at once."""

    failures: int
    timeout: float
    successes: int
    probes: int


_FEW, _MANY = Limits(5, 120, 2, 3), Limits(10, 60, 3, 3)
LIMITS: Mapping[str, Limits] = {
    "github": _FEW,
    "npm_downloads": _FEW,
    "bundlephobia": _FEW,
    "pypistats": _FEW,
    "openssf": _FEW,
    "deps.dev": _MANY,
    "npm": _MANY,
    "pypi": _MANY,
}


class UpstreamBreaker:
    """The circuit breaker of the upstream ``name``, one of `LIMITS`. Without a ``table`` the container has a breaker of
    its own; a table that does not answer allows everything. Thread-safe; keep it for the life of the container."""

    def __init__(
        self,
        table: Table | None,
        name: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        limits: Limits | None = None,
    ) -> None:
        self._limits = limits = limits or LIMITS[name]
        self._table = table
        self._key = (f"circuit#{name}", "STATE")
        self._clock = clock
        self._local = CircuitBreaker(
            limits.failures, limits.timeout, limits.successes, limits.probes, lambda: clock().timestamp()
        )
        self._cached: tuple[datetime | None, dict[str, Any]] = (None, {})
        self._reading = threading.Lock()

    def is_open(self) -> bool:
        """Whether it would refuse a call; uses up no probe."""
        if self._table is None:
            return self._local.refuses()
        try:
            item = self._read(self._table)
        except ServiceError:
            return False
        return item.get("state") == OPEN and not self._timeout_passed(item.get("opened_at"))

    def allow(self) -> bool:
        """Whether a call may be made now; every call made must be followed by `success` or `failure`."""
        if self._table is None:
            return self._local.allows()
        try:
            return self._allow(self._table)
        except ServiceError:
            logger.warning("A circuit could not be read; the call is allowed", extra={"circuit": self._key[0]})
            return True

    def success(self) -> None:
        """Reports a call that worked. Costs nothing while nothing has failed."""
        if self._table is None:
            self._local.succeeded()
            return
        item = self._cached[1]
        try:
            if item.get("state") == HALF_OPEN:
                self._count_success(self._table)
            elif item.get("failure_count"):
                self._change(self._table, "SET failure_count = :zero", {"zero": 0}, "#state = :closed", closed=CLOSED)
        except ConditionFailed as changed:
            self._cache(changed.item or {})
        except ServiceError:
            logger.warning("A success was not counted", extra={"circuit": self._key[0]})

    def failure(self) -> None:
        """Reports a call that failed."""
        if self._table is None:
            self._local.failed()
            return
        try:
            values = {"closed": CLOSED, "zero": 0, "one": 1}
            item = self._change(self._table, _COUNT_FAILURE, values)
            many = item["failure_count"] >= self._limits.failures
            if item["state"] == HALF_OPEN or (item["state"] == CLOSED and many):
                self._move(self._table, item, "#state = :state, opened_at = :now", state=OPEN)
        except ConditionFailed as changed:
            self._cache(changed.item or {})
        except ServiceError:
            logger.warning("A failure was not counted", extra={"circuit": self._key[0]})

    def _allow(self, table: Table) -> bool:
        item = self._read(table)
        for _ in range(_ROUNDS):
            try:
                if item.get("state", CLOSED) == CLOSED:
                    return True
                return self._half_open(table, item) if item["state"] == OPEN else self._probe(table, item)
            except ConditionFailed as changed:
                item = self._cache(changed.item or {})
        return False

    def _half_open(self, table: Table, item: Mapping[str, Any]) -> bool:
        if not self._timeout_passed(item.get("opened_at")):
            return False
        change = "#state = :half, half_open_at = :now, half_open_calls = :one, success_count = :zero"
        self._move(table, item, change, half=HALF_OPEN, one=1, zero=0)
        return True

    def _probe(self, table: Table, item: Mapping[str, Any]) -> bool:
        """Uses up a probe. All of them are available again once those in use have not reported back for a timeout."""
        if item.get("half_open_calls", 0) < self._limits.probes:
            values = {"one": 1, "probes": self._limits.probes}
            condition = "#state = :half AND half_open_calls < :probes"
            self._change(table, "SET half_open_calls = half_open_calls + :one", values, condition, half=HALF_OPEN)
            return True
        if not self._timeout_passed(item.get("half_open_at")):
            return False
        self._move(table, item, "half_open_at = :now, half_open_calls = :one", one=1)
        return True

    def _count_success(self, table: Table) -> None:
        item = self._change(table, "ADD success_count :one", {"one": 1}, "#state = :half", half=HALF_OPEN)
        if item["success_count"] >= self._limits.successes:
            self._move(table, item, "#state = :state, closed_at = :now, failure_count = :zero", state=CLOSED, zero=0)

    def _move(self, table: Table, item: Mapping[str, Any], change: str, **values: Any) -> None:
        """Makes a transition, unless another container was first. Raises `ConditionFailed`."""
        logger.info("A circuit changes", extra={"circuit": self._key[0], "state": values.get("state", HALF_OPEN)})
        version = item.get("version", 0)
        change = f"SET {change}, #version = :next, #ttl = :ttl"
        self._change(table, change, {**values, "version": version, "next": version + 1}, "#version = :version")

    def _change(
        self, table: Table, change: str, values: Mapping[str, Any], condition: str = "", **more: Any
    ) -> dict[str, Any]:
        now = self._clock()
        times = {"now": iso(now), "ttl": int((now + _LIFE).timestamp())}
        used = {name: value for name, value in times.items() if f":{name}" in change}
        return self._cache(table.update(self._key, change, {**values, **more, **used}, condition, "ALL_NEW"))

    def _read(self, table: Table) -> dict[str, Any]:
        """The item as it was a moment ago. Threads that need it at the same time read it once."""
        known = self._known()
        if known is not None:
            return known
        with self._reading:
            known = self._known()
            if known is not None:
                return known
            try:
                return self._cache(table.get(self._key, consistent=True) or {})
            except ServiceError:
                self._cache({})  # or each of those that wait would wait for the table, too, one after another
                raise

    def _known(self) -> dict[str, Any] | None:
        read_at, item = self._cached
        return item if read_at is not None and self._clock() - read_at < _CACHED else None

    def _cache(self, item: dict[str, Any]) -> dict[str, Any]:
        self._cached = (self._clock(), item)
        return item

    def _timeout_passed(self, since: object) -> bool:
        start = parse(since)
        return start is None or (self._clock() - start).total_seconds() >= self._limits.timeout
