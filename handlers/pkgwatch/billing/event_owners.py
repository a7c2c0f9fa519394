"""The users that an event of Stripe concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from handlers.common.dynamodb import Table
from handlers.pkgwatch.accounts import users
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.billing.stripe_client import identifier


def of_customer(keys: Table, customer: str) -> list[str]:
    """The users whose keys have a customer's id; one, unless records were changed by hand."""
    return _owners(keys.query("stripe-customer-index", "stripe_customer_id", customer)) if customer else []


def of_checkout(keys: Table, session: Mapping[str, Any]) -> list[str]:
    """The users a checkout was for: the one it names, who may have another address by now, else those with its
    address, else those of its customer."""
    named = session.get("client_reference_id") or (session.get("metadata") or {}).get("user_id") or ""
    if isinstance(named, str) and named.startswith("user_") and key_records(keys.partition(named, ("sk",), True)):
        return [named]
    email = session.get("customer_email") or (session.get("customer_details") or {}).get("email")
    found = _owners(users.by_email(keys, email)) if email else []
    return found or of_customer(keys, identifier(session.get("customer")))


def _owners(items: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(record["pk"] for record in key_records(items)))
