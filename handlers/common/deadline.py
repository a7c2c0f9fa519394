"""The time an invocation has left, and waits that fit into it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class OutOfTime(Exception):  # noqa: N818 - an outcome, not an error
    """The function must end soon: its work in progress timed out and has to be repeated."""

    def __init__(self) -> None:
        super().__init__("timed out: the function had no time left")


@dataclass(frozen=True, slots=True)
class Deadline:
    """``left()`` returns the seconds until the work must end."""

    left: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def of(cls, context: Any, reserve: float) -> Deadline:
        """The deadline ``reserve`` seconds before Lambda ends the invocation of that ``context``."""
        return cls(lambda: context.get_remaining_time_in_millis() / 1000 - reserve)

    def passed(self) -> bool:
        """Whether no further work may begin."""
        return self.left() <= 0

    def wait(self, seconds: float) -> None:
        """Sleeps. Raises `OutOfTime` at once if the deadline would pass meanwhile."""
        if seconds >= self.left():
            raise OutOfTime
        self.sleep(seconds)
