"""How many requests does a user have left, and when do they begin again?

`GET /usage` and the headers of every metered response say the same, because both ask here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.pkgwatch.accounts.api_keys import ApiKey
from handlers.pkgwatch.accounts.plans import period_end

# Attributes of the user's record that count here.
ATTRIBUTES = ("requests_this_month", "bonus_requests", "current_period_end")

_LEAST_WAIT = 60  # seconds, while the reset of a period that is over is under way


@dataclass(frozen=True, slots=True)
class Allowance:
    """The plan's ``limit``, what is ``used`` of it, what ``remains`` together with the bonus, and when usage begins
    again at zero."""

    limit: int
    used: int
    remains: int
    reset: datetime

    @classmethod
    def of(cls, key: ApiKey, user: Mapping[str, Any], now: datetime) -> Allowance:
        """The allowance by the user's record; without a count there, by the key's ({} while nothing can be counted)."""
        used = user.get("requests_this_month")
        if used is None:
            used = key.requests_this_month
        remains = key.monthly_limit + (user.get("bonus_requests") or 0) - used
        return cls(key.monthly_limit, used, max(0, remains), period_end(key.tier, user, now))

    def seconds_until_reset(self, now: datetime) -> int:
        """How long a client waits that has nothing left."""
        return max(_LEAST_WAIT, int((self.reset - now).total_seconds()))

    def headers(self) -> dict[str, str]:
        """The X-RateLimit headers."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remains),
            "X-RateLimit-Reset": str(int(self.reset.timestamp())),
        }
