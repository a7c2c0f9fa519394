"""Is what an event of Stripe tells older than what is stored?

Stripe may send events late and in any order. Each record keeps, in the attribute ``stripe_state``, when by Stripe's
clock its plan was as it is stored; an older event does not change it. Stripe's clock has seconds: of one subscription
within one, a beginning comes before changes and these before its end; what cannot be told apart counts as it arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

STATE = "stripe_state"

# The order of what happens to a subscription within a second. An answer of Stripe's API counts as a change.
CREATED, CHANGED, ENDED = range(3)

_NEWER = (
    f"(attribute_not_exists({STATE}) OR {STATE}.#at < :moment_at OR ({STATE}.#at = :moment_at "
    f"AND ({STATE}.#subscription <> :moment_subscription OR {STATE}.#rank <= :moment_rank)))"
)
# For events of payments, which may be older than a change of the plan, but not than its end.
NOT_ENDED = f"(attribute_not_exists({STATE}) OR {STATE}.#rank <> :rank_ended OR {STATE}.#at < :told_at)"


@dataclass(frozen=True, slots=True)
class Moment:
    """When (epoch seconds of Stripe's clock) a subscription (its id, "" for none) was as an event or an answer shows
    it; ``rank`` orders what happens in one second."""

    at: int
    subscription: str
    rank: int

    @property
    def state(self) -> dict[str, Any]:
        """The value of `STATE`."""
        return {"at": self.at, "subscription": self.subscription, "rank": self.rank}

    @property
    def condition(self) -> tuple[str, dict[str, Any]]:
        """The condition that nothing newer is stored, and its values."""
        values = {"moment_at": self.at, "moment_subscription": self.subscription, "moment_rank": self.rank}
        return _NEWER, values


def not_ended(told_at: int) -> dict[str, Any]:
    """The values of `NOT_ENDED` for an event of that time."""
    return {"rank_ended": ENDED, "told_at": told_at}
