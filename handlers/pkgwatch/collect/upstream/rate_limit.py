"""The hourly rate limits of the upstreams, shared by all containers.

An upstream has ten counters an hour in the keys table, ``<service>_rate_limit#<0..9>`` / ``YYYY-MM-DD-HH``: a single
one would be written by every container at once. Calls that a container wants to make while it counts others are counted
together, in one write.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import logger

SHARDS = 10
_LIFE = timedelta(hours=2)
_READS = 5  # of the counters, where DynamoDB leaves some unprocessed


@dataclass(frozen=True, slots=True)
class Limit:
    """``hourly`` calls in all, ``per_shard`` in each counter. ``all_shards`` tries the other counters where one is
    full; ``default`` is the result when the table does not answer."""

    hourly: int
    per_shard: int
    all_shards: bool = True
    default: bool = True


def _limit(hourly: int) -> Limit:
    return Limit(hourly, hourly // SHARDS)


LIMITS: Mapping[str, Limit] = {
    "npm": _limit(800),
    "bundlephobia": _limit(80),
    "pypi": _limit(400),
    "pypistats": _limit(200),
    "openssf": _limit(1000),
    # Packages, each of which takes five calls. Only one counter is tried, so each has some calls to spare.
    "github": Limit(800, 800 // SHARDS + 5, all_shards=False, default=False),
}


@dataclass(slots=True)
class _Call:
    """One that somebody wants to make; ``allowed`` once it is counted, or cannot be."""

    allowed: bool | None = None


class RateLimit:
    """The rate limit of one upstream, one of `LIMITS`. Keep it for the life of the container. Thread-safe."""

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
        self._full = ""  # the hour whose calls are used up
        self._waiting: deque[_Call] = deque()
        self._counting = threading.Lock()

    def take(self) -> bool:
        """Counts a call unless this hour's are used up; whether it may be made."""
        call = _Call()
        self._waiting.append(call)
        with self._counting:
            if call.allowed is None:  # nobody has counted it together with others
                self._count_all([self._waiting.popleft() for _ in range(len(self._waiting))])
        return bool(call.allowed)

    def _count_all(self, calls: Sequence[_Call]) -> None:
        now = self._clock()
        hour = f"{now:%Y-%m-%d-%H}"
        try:
            together = len(calls) > 1 and self._full != hour
            if together and self._count(self._pick(SHARDS), hour, now, len(calls)):
                for call in calls:
                    call.allowed = True
                return
            for call in calls:
                call.allowed = self._full != hour and self._count_one(hour, now)
        except ServiceError:
            logger.warning("Calls of an upstream could not be counted", extra={"service": self._service})
            for call in calls:
                call.allowed = self._limit.default if call.allowed is None else call.allowed

    def _count_one(self, hour: str, now: datetime) -> bool:
        first = self._pick(SHARDS)
        others = [shard for shard in range(SHARDS) if shard != first] if self._limit.all_shards else []
        if any(self._count(shard, hour, now) for shard in (first, *others)):
            return True
        if others:
            self._full = hour
        return False

    def used(self, now: datetime) -> int:
        """The calls counted in the hour of ``now``. Raises `ServiceError`."""
        unread = [self._key(shard, f"{now:%Y-%m-%d-%H}") for shard in range(SHARDS)]
        calls = 0
        for _ in range(_READS):
            found, unread = self._table.batch(unread, ("calls",))
            calls += sum(item.get("calls", 0) for item in found)
            if not unread:
                break
        return calls

    def _count(self, shard: int, hour: str, now: datetime, calls: int = 1) -> bool:
        """Counts so many calls in a counter that has room for them all."""
        if calls > self._limit.per_shard:
            return False
        values = {"calls": calls, "room": self._limit.per_shard - calls, "ttl": int((now + _LIFE).timestamp())}
        condition = "attribute_not_exists(calls) OR calls <= :room"
        try:
            self._table.update(self._key(shard, hour), "ADD calls :calls SET #ttl = :ttl", values, condition)
        except ConditionFailed:
            return False
        return True

    def _key(self, shard: int, hour: str) -> Key:
        return (f"{self._service}_rate_limit#{shard}", hour)
