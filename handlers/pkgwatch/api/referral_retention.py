"""Daily: rewards referrers whose referred users still pay after two months."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.common.deadline import Deadline
from handlers.common.dynamodb import ConditionFailed, Table
from handlers.common.logs import begin, logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.users import key_records
from handlers.pkgwatch.billing.stripe_client import stripe, subscription_state
from handlers.pkgwatch.referrals.events import Referral
from handlers.pkgwatch.referrals.rewards import reward_retention
from handlers.pkgwatch.runtime import tables

BATCH = 100  # referrals a run

_RESERVE = 30.0  # seconds: longer than Stripe may take to respond
_LATER = timedelta(days=1)


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many referrals were checked, and with which outcome (`check`)."""
    begin("pkgwatch", context)
    result = check(
        tables.api_keys(), tables.referral_events(), _entitled, Deadline.of(context, _RESERVE), datetime.now(UTC)
    )
    logger.info("Retention checked", extra=dict(result))
    return result


def due(events: Table, now: datetime) -> list[dict[str, Any]]:
    """The paid referrals to check now, those due longest first."""
    return events.query(
        "retention-due-index", "needs_retention_check", "true", ("retention_check_date", iso(now)), BATCH
    )


def check(
    keys: Table,
    events: Table,
    entitled: Callable[[str], bool],
    deadline: Deadline,
    now: datetime,
) -> dict[str, int]:
    """Goes through the referrals that are due, until the deadline: rewards the referrer if the
    referred user still pays, else ends the checks. ``entitled`` says whether a subscription is paid; a check that
    fails is made again tomorrow.

    Returns how many were ``checked``, ``retained``, ``ended`` and ``failed``.
    """
    counts = {"checked": 0, "retained": 0, "ended": 0, "failed": 0}
    for item in due(events, now):
        if deadline.passed():
            break
        try:
            outcome = _check(keys, events, item, entitled, now)
        except Exception:
            logger.exception("A referral could not be checked", extra={"referred": item.get("referred_id")})
            outcome = "failed"
            _mark(events, item, "SET retention_check_date = :later", {"later": iso(now + _LATER)})
        counts["checked"] += 1
        counts[outcome] += 1
    return counts


def _check(keys: Table, events: Table, item: Mapping[str, Any], entitled: Callable[[str], bool], now: datetime) -> str:
    referral = Referral(item["pk"], item["sk"].rpartition("#")[0])
    paying = any(entitled(subscription) for subscription in _subscriptions(keys, referral.referred))
    if paying and reward_retention(keys, events, referral, now):
        return "retained"
    _mark(events, item, "REMOVE needs_retention_check, retention_check_date", {})
    return "ended"


def _subscriptions(keys: Table, user_id: str) -> list[str]:
    """The user's subscriptions: each key has it."""
    records = key_records(keys.partition(user_id, ("sk", "stripe_subscription_id"), consistent=True))
    return sorted({record["stripe_subscription_id"] for record in records if record.get("stripe_subscription_id")})


def _mark(events: Table, item: Mapping[str, Any], change: str, values: Mapping[str, Any]) -> None:
    try:
        events.update((item["pk"], item["sk"]), change, values, "attribute_exists(needs_retention_check)")
    except ConditionFailed:
        logger.info("A referral was checked by another run")


def _entitled(subscription_id: str) -> bool:
    from handlers.pkgwatch.billing.stripe_sdk import stripe as sdk

    try:
        found = stripe().v1.subscriptions.retrieve(subscription_id)
    except sdk.InvalidRequestError as error:
        if error.code == "resource_missing":
            return False
        raise
    return subscription_state(found.to_dict()).entitled
