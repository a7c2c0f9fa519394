"""The schedules of the pipeline.

On stage local nothing that leads to an upstream starts by itself, at once or by way of the package queue: the machine
may be offline, a laptop that was left on must not use up an upstream's rate limit, and seeded data stays as it was.
The rules are there, disabled; ``pkgops invoke FUNCTION --schedule RULE`` sends what they would send.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pkgops.kit.triggers import Schedule
from pkgops.scope import Scope

# These read and write what is ours alone.
AT_HOME = ("pkgwatch-data-status-metrics", "pkgwatch-pipeline-health", "pkgwatch-publish-top-packages")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_THIRD_DAYS = ",".join(str(day) for day in range(1, 29, 3))


class Schedules:
    """The rules of one template."""

    def __init__(self, scope: Scope) -> None:
        self._local = scope.stage.local

    def rule(self, name: str, expression: str, given: Mapping[str, Any] | None = None) -> Schedule:
        """The rule ``pkgwatch-<name>``, which sends ``given``; EventBridge's own event if None."""
        name = f"pkgwatch-{name}"
        return Schedule(name, expression, given, enabled=not self._local or name in AT_HOME)

    def refreshes(self) -> tuple[Schedule, ...]:
        """Tier 1 daily, tier 2 every third day in three parts, tier 3 weekly in fourteen parts, two a day."""
        daily = self.rule("daily-refresh", "cron(0 2 * * ? *)", {"tier": 1, "reason": "daily_refresh"})
        third = (
            self.rule(
                f"three-day-refresh-{part}",
                f"cron(0 {hour} {_THIRD_DAYS} * ? *)",
                _part(2, "three_day_refresh", part, 3),
            )
            for part, hour in enumerate((8, 10, 12))
        )
        weekly = (
            self.rule(
                f"daily-tier3-{day}-{half}",
                f"cron(0 {hour} ? * {day.upper()} *)",
                _part(3, "daily_tier3_refresh", 2 * number + later, 14),
            )
            for number, day in enumerate(_WEEKDAYS)
            for later, (half, hour) in enumerate((("a", 4), ("b", 6)))
        )
        return (daily, *third, *weekly)


def _part(tier: int, reason: str, number: int, total: int) -> dict[str, Any]:
    return {"tier": tier, "reason": reason, "sub_batch": number, "total_sub_batches": total}
