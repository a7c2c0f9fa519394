"""Does the trend of a score say what it should?"""

from __future__ import annotations

import math
from typing import Any

import pytest

from handlers.pkgwatch.scoring.risk_trend import risk_trend


@pytest.mark.parametrize(
    ("values", "trend", "change"),
    [
        ([90, 10, 14.99], "STABLE", 5.0),
        ([10, 15], "INCREASING", 5.0),
        ([15.04, 10], "DECREASING", -5.0),
    ],
)
def test_trend(values: list[float], trend: str, change: float) -> None:
    previous, current = (round(value, 1) for value in values[-2:])
    assert risk_trend(values) == {"trend": trend, "change": change, "current": current, "previous": previous}


@pytest.mark.parametrize("values", [[], [10], [10, "x"], [10, math.nan], [None, 10]])
def test_no_trend(values: list[Any]) -> None:
    assert risk_trend(values) == {"trend": "STABLE", "change": 0.0}
