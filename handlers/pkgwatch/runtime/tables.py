"""Which tables does this container work on?"""

from __future__ import annotations

from handlers.common.aws import client
from handlers.common.dynamodb import Table
from handlers.pkgwatch.runtime.settings import settings


def packages(attempts: int = 3) -> Table:
    """What is known of each package; ``attempts`` per call."""
    return Table(client("dynamodb", attempts), settings().packages_table)


def api_keys() -> Table:
    """Users, their keys and everything counted per user or address."""
    return Table(client("dynamodb"), settings().api_keys_table)


def billing_events() -> Table:
    """Which events of Stripe were taken in, and what became of them."""
    return Table(client("dynamodb"), settings().billing_events_table)


def referral_events() -> Table:
    """Who brought whom, and how far that got."""
    return Table(client("dynamodb"), settings().referral_events_table)
