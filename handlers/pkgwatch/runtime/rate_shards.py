"""How often have all containers together asked an upstream this hour, and may they go on?

Ten counters an hour and upstream in the keys table, ``<service>_rate_limit#<0..9>`` / ``YYYY-MM-DD-HH``: one would be
written by every container at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import logger

SHARDS = 10
_LIFE = timedelta(hours=2)
_ASKED_AGAIN = 5


@dataclass(frozen=True, slots=True)
class Limit:
    """``hourly`` calls in all, ``each`` at most in a shard. ``searching`` looks for room in the other shards where
    one is full; ``unknown`` is the answer where the table does not say."""

    hourly: int
    each: int
    searching: bool = True
    unknown: bool = True


def _plain(hourly: int) -> Limit:
    return Limit(hourly, hourly // SHARDS)


LIMITS: Mapping[str, Limit] = {
    "npm": _plain(800),
    "bundlephobia": _plain(80),
    "pypi": _plain(400),
    "pypistats": _plain(200),
    "openssf": _plain(1000),
    # Packages, each of which takes five calls. A shard has some to spare because only one is tried.
    "github": Limit(800, 800 // SHARDS + 5, searching=False, unknown=False),
}


class Shards:
    """The counters of one upstream (see `LIMITS`). Keep it for the life of the container."""

    def __init__(
        self,
        table: Table,
        service: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        pick: Callable[[int], int] = random.randrange,
    ) -> None:
        self._table = table
        self._service = service
        self._limit = LIMITS[service]
        self._clock = clock
        self._pick = pick
        self._full = ""  # the hour in which there is no room any more

    def take(self) -> bool:
        """Counts a call if this hour has room for it."""
        now = self._clock()
        hour = f"{now:%Y-%m-%d-%H}"
        if self._full == hour:
            return False
        first = self._pick(SHARDS)
        others = [shard for shard in range(SHARDS) if shard != first] if self._limit.searching else []
        try:
            if any(self._count(shard, hour, now) for shard in (first, *others)):
                return True
        except ServiceError:
            logger.warning("Calls of an upstream could not be counted", extra={"service": self._service})
            return self._limit.unknown
        if others:
            self._full = hour
        return False

    def used(self, now: datetime) -> int:
        """Calls counted in the hour of ``now``. May raise `ServiceError`."""
        wanted = [self._key(shard, f"{now:%Y-%m-%d-%H}") for shard in range(SHARDS)]
        calls = 0
        for _ in range(_ASKED_AGAIN):
            found, wanted = self._table.batch(wanted, ("calls",))
            calls += sum(item.get("calls", 0) for item in found)
            if not wanted:
                break
        return calls

    def _count(self, shard: int, hour: str, now: datetime) -> bool:
        values = {"one": 1, "each": self._limit.each, "ttl": int((now + _LIFE).timestamp())}
        condition = "attribute_not_exists(calls) OR calls < :each"
        try:
            self._table.update(self._key(shard, hour), "ADD calls :one SET #ttl = :ttl", values, condition)
        except ConditionFailed:
            return False
        return True

    def _key(self, shard: int, hour: str) -> Key:
        return (f"{self._service}_rate_limit#{shard}", hour)
