"""Processing the events of Stripe.

Events may come twice, late, or in another order than they happened: everything here can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import stripe as sdk

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.pkgwatch.accounts.mail_delivery import deliver
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.billing import billing_mails, billing_state, event_owners, failures, periods
from handlers.pkgwatch.billing.billing_state import UNSET
from handlers.pkgwatch.billing.stripe_client import SubscriptionState, identifier, stripe, subscription_state
from handlers.pkgwatch.referrals.rewards import reward_payment

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


def handle(services: Services, event: Mapping[str, Any], now: datetime) -> None:
    """Processes an event; one of an unknown type is ignored. Raises the errors of tables and of Stripe, and KeyError,
    TypeError or ValueError for an event that is not as expected."""
    process = _EVENTS.get(event["type"])
    if process is None:
        logger.info("An event of an unknown type", extra={"event_type": event["type"]})
        return
    process(services, event["data"]["object"], now)


def _checkout_completed(services: Services, session: StripeObject, now: datetime) -> None:
    owners = event_owners.of_checkout(services.keys, session)
    if not owners:
        logger.error("No user was found for a paid checkout", extra={"checkout": session["id"]})
    subscription = identifier(session.get("subscription"))
    if not subscription:
        for owner in owners:
            fields = _customer(session) | {"tier": "starter"}
            billing_state.write(services.keys, owner, **fields)
        return
    state = subscription_state(services.stripe().v1.subscriptions.retrieve(subscription).to_dict())
    for owner in owners:
        _subscribed(services, owner, session, state, now)


def _subscribed(services: Services, owner: str, session: StripeObject, state: SubscriptionState, now: datetime) -> None:
    if not state.entitled:  # the event is late, or the payment is still under way
        logger.warning("A subscription that was bought is not active", extra={"status": state.status})
        billing_state.write(services.keys, owner, **_customer(session))
        return
    if state.period_start is not None and state.period_end is not None:
        periods.begin(services.keys, owner, state.period_start, state.period_end, now)
    fields = _customer(session) | _plan(state) | {"stripe_subscription_id": state.id}
    billing_state.write(services.keys, owner, **fields)
    reward_payment(services.keys, services.referrals, services.billing, owner, now)


def _customer(session: StripeObject) -> billing_state.Fields:
    return {"stripe_customer_id": identifier(session.get("customer")) or UNSET, "email_verified": True}


def _plan(state: SubscriptionState) -> billing_state.Fields:
    if state.tier is None:
        logger.error("The price of a subscription is not one of ours", extra={"subscription": state.id})
    return {
        "tier": state.tier or UNSET,
        "cancellation_pending": state.cancels,
        "cancellation_date": state.cancellation_date,
        "current_period_start": state.period_start,
        "current_period_end": state.period_end,
    }


def _subscription_created(services: Services, subscription: StripeObject, _now: datetime) -> None:
    state = subscription_state(subscription)
    _update_subscriber(services, state, _plan(state) | {"stripe_subscription_id": state.id})


def _subscription_updated(services: Services, subscription: StripeObject, _now: datetime) -> None:
    state = subscription_state(subscription)
    _update_subscriber(services, state, _plan(state))


def _update_subscriber(services: Services, state: SubscriptionState, fields: billing_state.Fields) -> None:
    if not state.entitled:
        logger.info("A subscription without effect", extra={"status": state.status})
        return
    for owner in event_owners.of_customer(services.keys, state.customer):
        billing_state.write(services.keys, owner, **fields)


def _subscription_deleted(services: Services, subscription: StripeObject, _now: datetime) -> None:
    for owner in event_owners.of_customer(services.keys, identifier(subscription["customer"])):
        records = key_records(services.keys.partition(owner, consistent=True))
        others = {record.get("stripe_subscription_id") for record in records} - {subscription["id"], None}
        if others:
            logger.warning("An older subscription has ended", extra={"subscription": subscription["id"]})
            continue
        billing_state.write(
            services.keys,
            owner,
            tier="free",
            cancellation_pending=False,
            cancellation_date=None,
            stripe_subscription_id=None,
        )


def _invoice_paid(services: Services, invoice: StripeObject, now: datetime) -> None:
    if invoice.get("billing_reason") not in ("subscription_cycle", "subscription_create"):
        return
    period = next((line["period"] for line in invoice["lines"]["data"] if _of_subscription(line)), None)
    if period is None:
        raise ValueError("an invoice without a line of a subscription")
    for owner in event_owners.of_customer(services.keys, identifier(invoice["customer"])):
        periods.begin(services.keys, owner, int(period["start"]), int(period["end"]), now)


def _of_subscription(line: StripeObject) -> bool:
    """Whether a line is for a subscription's period: since 2025 ``parent`` says so, before it was ``type``. Prorations
    belong to another period."""
    parent = line.get("parent") or {}
    if parent.get("type") == "subscription_item_details":
        return not (parent.get("subscription_item_details") or {}).get("proration")
    return line.get("type") == "subscription"


def _payment_failed(services: Services, invoice: StripeObject, now: datetime) -> None:
    grace = timedelta(days=services.grace_days)
    for owner in event_owners.of_customer(services.keys, identifier(invoice["customer"])):
        plan = failures.record_failure(services.keys, owner, int(invoice.get("attempt_count") or 1), grace, now)
        if plan is None:
            continue
        email = invoice.get("customer_email") or _email(services.keys, owner)
        if email:
            deliver(services.sender, email, billing_mails.payment_failed(services.base_url, plan, services.grace_days))


def _email(keys: Table, owner: str) -> str:
    records = key_records(keys.partition(owner, ("sk", "email", "created_at")))
    return str(next((record["email"] for record in records if record.get("email")), ""))


def _refunded(_services: Services, charge: StripeObject, _now: datetime) -> None:
    logger.info("A charge was refunded", extra={"charge": charge["id"], "amount": charge.get("amount_refunded")})


def _disputed(services: Services, dispute: StripeObject, _now: datetime) -> None:
    charge, amount = identifier(dispute.get("charge")), int(dispute["amount"])
    lines = (
        f"Customer: {_charged(services, charge) if charge else 'unknown'}",
        f"Charge: {charge}",
        f"Amount: {amount / 100:.2f} {str(dispute.get('currency', '')).upper()}",
        f"Reason: {dispute.get('reason')}",
        f"Dispute: {dispute['id']}",
    )
    try:
        services.alert("PkgWatch: a payment is disputed", "\n".join(lines))
    except ServiceError:
        logger.exception("The alert about a dispute was not sent", extra={"dispute": dispute["id"]})


def _charged(services: Services, charge: str) -> str:
    """The customer of a charge, as far as Stripe can be asked: a dispute names none itself."""
    try:
        return identifier(services.stripe().v1.charges.retrieve(charge).customer) or "unknown"
    except sdk.StripeError:
        logger.exception("The customer of a dispute could not be looked up")
        return "unknown"


_EVENTS: Mapping[str, Callable[[Services, StripeObject, datetime], None]] = {
    "checkout.session.completed": _checkout_completed,
    "customer.subscription.created": _subscription_created,
    "customer.subscription.updated": _subscription_updated,
    "customer.subscription.deleted": _subscription_deleted,
    "invoice.paid": _invoice_paid,
    "invoice.payment_failed": _payment_failed,
    "charge.refunded": _refunded,
    "charge.dispute.created": _disputed,
}
