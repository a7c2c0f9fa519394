"""The deadline of an invocation, before Lambda's own."""

from __future__ import annotations

import pytest

from handlers.common.deadline import Deadline, OutOfTime
from tests.handlers.gateway import Context


@pytest.mark.parametrize(
    ("remaining", "left", "passed"), [(45_001, 0.001, False), (45_000, 0, True), (1000, -44, True)]
)
def test_the_reserve_is_subtracted(remaining: int, left: float, passed: bool) -> None:
    deadline = Deadline.of(Context(remaining=remaining), reserve=45)
    assert deadline.left() == pytest.approx(left)
    assert deadline.passed() is passed


def test_a_wait_must_end_before_the_deadline() -> None:
    slept: list[float] = []
    deadline = Deadline(lambda: 5, slept.append)
    deadline.wait(4.9)
    with pytest.raises(OutOfTime):
        deadline.wait(5)
    assert slept == [4.9]
