"""How does a run ask one upstream many things, no faster than it likes?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from handlers.common.logs import logger
from handlers.pkgwatch.collect.upstream.client import LONGEST_WAIT
from handlers.pkgwatch.collect.upstream.deadline import Budget
from handlers.pkgwatch.collect.upstream.failures import Absent, Failed, OutOfTime

T = TypeVar("T")

_SLOWEST = 10.0  # seconds between two calls
_MOST_FAILURES = 5  # in a row: the upstream is down
TOO_MANY = "http_429"


class Stopped(Exception):  # noqa: N818 - an outcome, not an error
    """The run ends here; the text says why: time, rate_limit or upstream_down."""


@dataclass(slots=True)
class Pace:
    """Seconds ``between`` two calls, twice as many after each 429. The run ends after ``limited`` 429s in a row."""

    budget: Budget
    between: float
    limited: int = 3
    repeats: int = 0  # how often a call is repeated at once that got a 429
    _limited: int = field(default=0, init=False)
    _failed: int = field(default=0, init=False)
    _wait: float = field(default=0.0, init=False)
    answered: int = field(default=0, init=False)

    def ask(self, call: Callable[[], T]) -> T:
        """What ``call`` returns, in its turn. Raises the `Failed` it raises, and `Stopped` instead of calling it."""
        for attempt in range(self.repeats + 1):
            self._wait_for_turn()
            try:
                result = call()
            except Failed as failed:
                self._note(failed)
                if failed.code != TOO_MANY or attempt == self.repeats:
                    raise
            except OutOfTime as error:
                raise Stopped("time") from error
            else:
                self._limited = self._failed = 0
                self.answered += 1
                return result
        raise AssertionError("an attempt returns or raises")

    def _wait_for_turn(self) -> None:
        if self._limited >= self.limited:
            raise Stopped("rate_limit")
        if self._failed >= _MOST_FAILURES:
            raise Stopped("upstream_down")
        try:
            self.budget.wait(self._wait)
        except OutOfTime as error:
            raise Stopped("time") from error
        self._wait = self.between

    def _note(self, failed: Failed) -> None:
        if isinstance(failed, Absent):
            self._limited = self._failed = 0
            self.answered += 1
            return
        logger.warning("A call failed", extra={"reason": failed.code})
        if failed.code != TOO_MANY:
            self._limited, self._failed = 0, self._failed + 1
            return
        self._limited += 1
        self.between = min(self.between * 2, _SLOWEST)
        self._wait = max(self.between, failed.wait or 0)
        if self._wait > LONGEST_WAIT:
            self._limited = self.limited  # it wants to be left alone for longer than a run
