"""The events of payments: of invoices, refunds and disputes."""

from __future__ import annotations

from datetime import timedelta

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.pkgwatch.accounts.mail_delivery import deliver
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.billing import billing_mails, event_owners, failures, periods
from handlers.pkgwatch.billing.failures import Failure
from handlers.pkgwatch.billing.services import Services, StripeObject, Times
from handlers.pkgwatch.billing.stripe_client import identifier
from handlers.pkgwatch.billing.stripe_sdk import stripe as sdk


def invoice_paid(services: Services, invoice: StripeObject, times: Times) -> None:
    """A subscription's period is paid: it begins, and usage with it at zero."""
    if invoice.get("billing_reason") not in ("subscription_cycle", "subscription_create"):
        return
    period = next((line["period"] for line in invoice["lines"]["data"] if _of_subscription(line)), None)
    if period is None:
        raise ValueError("an invoice without a line of a subscription")
    paid = periods.Period(int(period["start"]), int(period["end"]), times.made)
    for owner in event_owners.of_customer(services.keys, identifier(invoice["customer"])):
        periods.begin(services.keys, owner, paid, times.now)
        periods.forget_failures(services.keys, owner, times.made)


def payment_failed(services: Services, invoice: StripeObject, times: Times) -> None:
    """A payment failed: the customer hears of the first time; after the days of grace the plan ends."""
    attempts = int(invoice.get("attempt_count") or 1)
    failure = Failure(attempts, times.made, timedelta(days=services.grace_days))
    for owner in event_owners.of_customer(services.keys, identifier(invoice["customer"])):
        plan = failures.record_failure(services.keys, owner, failure, times.now)
        if plan is None:
            continue
        email = invoice.get("customer_email") or _email(services.keys, owner)
        if email:
            deliver(services.sender, email, billing_mails.payment_failed(services.base_url, plan, services.grace_days))


def refunded(_services: Services, charge: StripeObject, _times: Times) -> None:
    """A charge was refunded, which is logged whatever the event says of it."""
    logger.info("A charge was refunded", extra={"charge": charge.get("id"), "amount": charge.get("amount_refunded")})


def disputed(services: Services, dispute: StripeObject, _times: Times) -> None:
    """A payment is disputed, of which the operators hear whatever the event leaves out."""
    charge = identifier(dispute.get("charge"))
    lines = (
        f"Customer: {_charged(services, charge) if charge else 'unknown'}",
        f"Charge: {charge or 'unknown'}",
        f"Amount: {_amount(dispute)}",
        f"Reason: {dispute.get('reason')}",
        f"Dispute: {dispute.get('id')}",
    )
    try:
        services.alert("PkgWatch: a payment is disputed", "\n".join(lines))
    except ServiceError:
        logger.exception("The alert about a dispute was not sent", extra={"dispute": dispute.get("id")})


def _of_subscription(line: StripeObject) -> bool:
    """Whether a line is for a subscription's period: since 2025 ``parent`` says so, before it was ``type``. Prorations
    belong to another period."""
    parent = line.get("parent") or {}
    if parent.get("type") == "subscription_item_details":
        return not (parent.get("subscription_item_details") or {}).get("proration")
    return line.get("type") == "subscription" and not line.get("proration")


def _email(keys: Table, owner: str) -> str:
    records = key_records(keys.partition(owner, ("sk", "email", "created_at")))
    return str(next((record["email"] for record in records if record.get("email")), ""))


def _amount(dispute: StripeObject) -> str:
    if "amount" not in dispute:
        return "unknown"
    return f"{int(dispute['amount']) / 100:.2f} {str(dispute.get('currency', '')).upper()}"


def _charged(services: Services, charge: str) -> str:
    """The customer of a charge, as far as Stripe can be asked: a dispute names none itself."""
    try:
        return identifier(services.stripe().v1.charges.retrieve(charge).customer) or "unknown"
    except sdk.StripeError:
        logger.exception("The customer of a dispute could not be looked up")
        return "unknown"
