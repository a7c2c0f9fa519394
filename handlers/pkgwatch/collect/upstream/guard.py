"""May an upstream be asked, and who hears how it went?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from handlers.common.dynamodb import Table
from handlers.pkgwatch.collect.upstream.failures import CIRCUIT_OPEN, RATE_LIMITED, Failed
from handlers.pkgwatch.runtime.breakers import LIMITS, Breaker
from handlers.pkgwatch.runtime.rate_shards import LIMITS as HOURLY
from handlers.pkgwatch.runtime.rate_shards import Shards

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands before an upstream: a breaker, and for most a number of calls an hour."""

    breaker: Breaker
    shards: Shards | None = None

    def ask(self, call: Callable[[], T]) -> T:
        """What ``call`` returns. Raises the `Failed` it raises, or one with ``circuit_open`` or
        ``rate_limit_exceeded`` without calling it."""
        # An open circuit takes nothing from the hour, and a used-up hour takes up no probe.
        if self.breaker.is_open():
            raise Failed(CIRCUIT_OPEN, blame=None)
        if self.shards and not self.shards.take():
            raise Failed(RATE_LIMITED, blame=None)
        if not self.breaker.allow():
            raise Failed(CIRCUIT_OPEN, blame=None)
        try:
            result = call()
        except Failed as failed:
            if failed.blame:
                self.breaker.failure()
            elif failed.blame is False:
                self.breaker.success()
            raise
        self.breaker.success()
        return result


@cache
def gates(keys: Table, distributed: bool) -> Mapping[str, Gate]:
    """The gates of all upstreams by name, made once a container. Not ``distributed``, each container has breakers of
    its own; calls are counted together in any case."""
    return {
        name: Gate(
            Breaker(keys if distributed else None, name),
            Shards(keys, name) if name in HOURLY else None,
        )
        for name in LIMITS
    }
