"""PkgWatch's tables."""

from __future__ import annotations

from handlers.common.aws import client, prepare
from handlers.common.dynamodb import Table
from handlers.pkgwatch.runtime.settings import settings

prepare("dynamodb")


def packages(attempts: int = 3) -> Table:
    """The packages and their data; ``attempts`` is how often a call is tried."""
    return Table(client("dynamodb", attempts), settings().packages_table)


def api_keys() -> Table:
    """Users, their keys and everything counted per user or address."""
    return Table(client("dynamodb"), settings().api_keys_table)


def billing_events() -> Table:
    """The events of Stripe, and whether they were processed."""
    return Table(client("dynamodb"), settings().billing_events_table)


def referral_events() -> Table:
    """Referrals and their states."""
    return Table(client("dynamodb"), settings().referral_events_table)
