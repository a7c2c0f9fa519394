"""Processing the events of Stripe.

Events may come twice, late, or in another order than they happened: everything here can be repeated, and an event that
is older than what is stored changes nothing (`handlers.pkgwatch.billing.order`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from handlers.common.logs import logger
from handlers.pkgwatch.billing import payment_events, subscription_events
from handlers.pkgwatch.billing.services import Services, StripeObject, Times, times_of


def handle(services: Services, event: Mapping[str, Any], now: datetime) -> None:
    """Processes an event; one of an unknown type is ignored. Raises the errors of tables and of Stripe, and KeyError,
    TypeError or ValueError for an event that is not as expected."""
    process = _EVENTS.get(event["type"])
    if process is None:
        logger.info("An event of an unknown type", extra={"event_type": event["type"]})
        return
    process(services, event["data"]["object"], times_of(event, now))


_EVENTS: Mapping[str, Callable[[Services, StripeObject, Times], None]] = {
    "checkout.session.completed": subscription_events.checkout_completed,
    "customer.subscription.created": subscription_events.created,
    "customer.subscription.updated": subscription_events.updated,
    "customer.subscription.deleted": subscription_events.deleted,
    "invoice.paid": payment_events.invoice_paid,
    "invoice.payment_failed": payment_events.payment_failed,
    "charge.refunded": payment_events.refunded,
    "charge.dispute.created": payment_events.disputed,
}
