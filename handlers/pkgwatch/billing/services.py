"""What the events of Stripe are processed with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from handlers.common.dynamodb import Table
from handlers.pkgwatch.billing.stripe_client import stripe

if TYPE_CHECKING:
    from stripe import StripeClient

StripeObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Services:
    """The tables and services for events. ``alert(subject, text)`` informs the operators; ``grace_days`` is how long a
    plan continues without payment."""

    keys: Table
    billing: Table
    referrals: Table
    alert: Callable[[str, str], None]
    sender: str
    base_url: str
    grace_days: int
    stripe: Callable[[], StripeClient] = stripe


@dataclass(frozen=True, slots=True)
class Times:
    """When Stripe made an event (epoch seconds), and when it came."""

    made: int
    now: datetime


def times_of(event: Mapping[str, Any], now: datetime) -> Times:
    """The times of an event; one without a time of its own counts as made now."""
    made = event.get("created")
    return Times(made if isinstance(made, int) else int(now.timestamp()), now)
