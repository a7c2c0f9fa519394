"""The events of checkouts and subscriptions, which change a user's plan."""

from __future__ import annotations

from handlers.common.logs import logger
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.billing import billing_state, event_owners, periods
from handlers.pkgwatch.billing.billing_state import UNSET
from handlers.pkgwatch.billing.order import CHANGED, CREATED, ENDED, Moment
from handlers.pkgwatch.billing.services import Services, StripeObject, Times
from handlers.pkgwatch.billing.stripe_client import SubscriptionState, identifier, read_subscription, subscription_state
from handlers.pkgwatch.referrals.rewards import reward_payment


def checkout_completed(services: Services, session: StripeObject, times: Times) -> None:
    """Gives the buyer what was bought: the plan of the subscription as Stripe has it now, else the smallest plan."""
    owners = event_owners.of_checkout(services.keys, session)
    if not owners:
        logger.error("No user was found for a paid checkout", extra={"checkout": session.get("id")})
    subscription = identifier(session.get("subscription"))
    if not subscription:
        for owner in owners:
            billing_state.write(services.keys, owner, **_customer(session))
            billing_state.write(services.keys, owner, Moment(times.made, "", CHANGED), tier="starter")
        return
    state, read = read_subscription(services.stripe(), subscription)
    moment = read or Moment(times.made, state.id, CHANGED)
    for owner in owners:
        _subscribed(services, owner, session, state, moment, times)


def created(services: Services, subscription: StripeObject, times: Times) -> None:
    """A subscription begins."""
    state = subscription_state(subscription)
    fields = _plan(state) | {"stripe_subscription_id": state.id}
    _update_subscriber(services, state, fields, Moment(times.made, state.id, CREATED))


def updated(services: Services, subscription: StripeObject, times: Times) -> None:
    """A subscription changes: its plan, its period, whether it is cancelled."""
    state = subscription_state(subscription)
    _update_subscriber(services, state, _plan(state), Moment(times.made, state.id, CHANGED))


def deleted(services: Services, subscription: StripeObject, times: Times) -> None:
    """A subscription ends, and the plan with it, unless the user has another one by now."""
    moment = Moment(times.made, subscription["id"], ENDED)
    for owner in event_owners.of_customer(services.keys, identifier(subscription["customer"])):
        records = key_records(services.keys.partition(owner, consistent=True))
        others = {record.get("stripe_subscription_id") for record in records} - {subscription["id"], None}
        if others:
            logger.warning("An older subscription has ended", extra={"subscription": subscription["id"]})
            continue
        billing_state.write(
            services.keys,
            owner,
            moment,
            tier="free",
            cancellation_pending=False,
            cancellation_date=None,
        )
        billing_state.forget_subscription(services.keys, owner, subscription["id"])


def _subscribed(
    services: Services, owner: str, session: StripeObject, state: SubscriptionState, moment: Moment, times: Times
) -> None:
    billing_state.write(services.keys, owner, **_customer(session))  # true whatever became of the subscription
    if not state.entitled:  # the event is late, or the payment is still under way
        logger.warning("A subscription that was bought is not active", extra={"status": state.status})
        if moment.rank == ENDED:
            billing_state.write(services.keys, owner, moment)
        return
    if state.period_start is not None and state.period_end is not None:
        periods.begin(services.keys, owner, periods.Period(state.period_start, state.period_end, moment.at), times.now)
    fields = _plan(state) | {"stripe_subscription_id": state.id}
    billing_state.write(services.keys, owner, moment, **fields)
    reward_payment(services.keys, services.referrals, services.billing, owner, times.now)


def _customer(session: StripeObject) -> billing_state.Fields:
    return {"stripe_customer_id": identifier(session.get("customer")) or UNSET, "email_verified": True}


def _plan(state: SubscriptionState) -> billing_state.Fields:
    if state.tier is None:
        logger.error("The price of a subscription is not one of ours", extra={"subscription": state.id})
    return {
        "tier": state.tier or UNSET,
        "cancellation_pending": state.cancels,
        "cancellation_date": state.cancellation_date,
        "current_period_start": UNSET if state.period_start is None else state.period_start,
        "current_period_end": UNSET if state.period_end is None else state.period_end,
    }


def _update_subscriber(
    services: Services, state: SubscriptionState, fields: billing_state.Fields, moment: Moment
) -> None:
    if not state.entitled:
        logger.info("A subscription without effect", extra={"status": state.status})
        return
    for owner in event_owners.of_customer(services.keys, state.customer):
        billing_state.write(services.keys, owner, moment, **fields)
