# SPDX-License-Identifier: GPL-3.0-or-later
"""Billing portal sessions: what a customer can change about a subscription.

Besides what Stripe's portal offers, the page lets a period end: nothing else here makes time pass.
"""

from __future__ import annotations

import secrets
from typing import Any

from companions.pkgwatch.stripe.checkout import set_default_card
from companions.pkgwatch.stripe.objects import Resource, error, lookup, required
from companions.pkgwatch.stripe.subscriptions import Subscription

# What the page offers: the form's ``action`` -> its label.
ACTIONS = {
    "cancel": "Cancel at the end of the period",
    "resume": "Do not cancel",
    "cancel_now": "Cancel immediately",
    "card": "Change the card",
    "renew": "End the period",
    "pay": "Pay the open invoice",
}


class PortalSession(Resource):
    """A page for one customer: ``url``."""

    object = "billing_portal.session"
    _id_prefix = "bps_"
    _fields = ("customer", "return_url")
    _base = ""

    def __init__(self, **given: Any) -> None:
        customer = lookup("customer", required(given, "customer"), "customer")
        super().__init__(self._id_prefix + secrets.token_urlsafe(24))
        self.configuration = "bpc_local"
        self.customer = customer.id
        self.flow = None
        self.locale = None
        self.on_behalf_of = None
        self.return_url = given.get("return_url")
        self.url = f"{self._base}/pages/portal/{self.id}"

    def _subscription(self) -> Any:
        """The customer's newest subscription that has not ended, None if there is none."""
        return next(iter(Subscription._api_list_all("", customer=self.customer)._list[::-1]), None)

    def _act(self, action: str, number: str) -> None:
        """Runs one of `ACTIONS`; ``number`` is the card number for ``card``."""
        subscription = self._subscription()
        if subscription is None:
            raise error(400, "There is no subscription.")
        if action in ("cancel", "resume"):
            subscription._update(cancel_at_period_end=action == "cancel")
        elif action == "cancel_now":
            subscription._api_delete(subscription.id)
        elif action == "card":
            set_default_card(lookup("customer", self.customer), number)
        elif action == "renew":
            subscription._renew()
        elif action == "pay":
            lookup("invoice", subscription.latest_invoice)._api_pay(subscription.latest_invoice)
        else:
            raise error(400, f"There is no action {action!r}.")
