"""What somebody does on Stripe's pages, and waiting for what comes of it."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.e2e.conftest import Answer, Deployed
from tests.e2e.pkgwatch.person import Person
from tests.waiting import eventually

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def submit(pkgwatch: Deployed, url: str, **fields: str) -> Answer:
    """A form of Stripe's pages."""
    return pkgwatch.request("POST", url, urlencode(fields).encode(), headers=FORM)


def buys(person: Person, tier: str) -> None:
    """Goes through the checkout and comes back."""
    checkout = person.asks("POST", "/checkout/create", {"tier": tier})
    assert checkout.status == 200, checkout.body
    paid = submit(person.pkgwatch, checkout.json()["checkout_url"])
    assert (paid.status, paid.headers["location"]) == (303, "https://pkgwatch.dev/dashboard?upgraded=true")
    eventually(lambda: person.me()["tier"] == tier)


def portal(person: Person) -> str:
    answer = person.asks("POST", "/billing-portal/create")
    assert answer.status == 200, answer.body
    return str(answer.json()["portal_url"])
