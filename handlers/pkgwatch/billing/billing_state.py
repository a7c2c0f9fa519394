"""Writing a change of plan to all records of a user.

The plan is stored in USER_META and in each API key, so that a request needs to read only its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, Literal, TypedDict, Unpack

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso
from handlers.pkgwatch.accounts.api_keys import USER_META, is_key_record
from handlers.pkgwatch.accounts.plans import monthly_limit
from handlers.pkgwatch.billing.order import STATE, Moment


class _Unset(Enum):
    UNSET = "unset"


UNSET: Final = _Unset.UNSET
Unset = Literal[_Unset.UNSET]


class Fields(TypedDict, total=False):
    """What can be written. Left out or `UNSET` leaves a field as it is; None is stored as null, but removes
    ``stripe_subscription_id``. Times are epoch seconds, as Stripe sends them."""

    tier: str | Unset
    cancellation_pending: bool | Unset
    cancellation_date: int | Unset | None
    current_period_start: int | Unset | None
    current_period_end: int | Unset | None
    payment_failures: int | Unset
    # The following are attributes of keys only.
    stripe_customer_id: str | Unset
    stripe_subscription_id: str | Unset | None
    email_verified: bool | Unset


_LAST_RESET = "last_reset_period_start"
_KEYS_ONLY = ("stripe_customer_id", "stripe_subscription_id", "email_verified", _LAST_RESET)


def write(keys: Table, user_id: str, moment: Moment | None = None, **fields: Unpack[Fields]) -> None:
    """Writes ``fields`` to the user's USER_META, if there is one, and to each of the user's keys. ``moment`` is when
    they were so at Stripe: a record that knows something newer stays as it is.

    Every record is tried. Failures are logged, and the last `handlers.common.aws.ServiceError` is raised; it is safe
    to repeat the call.
    """
    given = {name: value for name, value in fields.items() if value is not UNSET}
    if not given and moment is None:
        return
    on_keys = _derived(given)
    failed = _update(keys, (user_id, USER_META), user_attributes(on_keys), moment)
    for item in keys.partition(user_id, ("sk",), consistent=True):
        if is_key_record(item["sk"]):
            failed = _update(keys, (user_id, item["sk"]), on_keys, moment) or failed
    if failed:
        raise failed


def forget_subscription(keys: Table, user_id: str, subscription: str) -> None:
    """Removes the id of a subscription that has ended for good from the user's keys, however late that is told: with
    it, no other can be bought. Raises `handlers.common.aws.ServiceError`."""
    for item in keys.partition(user_id, ("sk",), consistent=True):
        if is_key_record(item["sk"]):
            change, condition = "REMOVE stripe_subscription_id", "stripe_subscription_id = :ended"
            with suppress(ConditionFailed):
                keys.update((user_id, item["sk"]), change, {"ended": subscription}, condition)


def ended_plan(payment_failures: int) -> dict[str, Any]:
    """The attributes of a key whose plan has ended; `user_attributes` picks those of USER_META."""
    return _derived(
        {
            "tier": "free",
            "cancellation_pending": False,
            "cancellation_date": None,
            "payment_failures": payment_failures,
        }
    )


def user_attributes(on_keys: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a key's attributes that USER_META has too."""
    return {name: value for name, value in on_keys.items() if name not in _KEYS_ONLY}


def _derived(given: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields and those that follow from them."""
    all_of = dict(given)
    if "tier" in given:
        all_of |= {"monthly_limit": monthly_limit(given["tier"]), "tier_updated_at": iso(datetime.now(UTC))}
    if given.get("current_period_start") is not None:
        all_of[_LAST_RESET] = given["current_period_start"]
    return all_of


def _update(keys: Table, key: Key, values: Mapping[str, Any], moment: Moment | None) -> Exception | None:
    """The error if the record could not be written; None also if there is no such record, or it knows better."""
    removed = [name for name in ("stripe_subscription_id",) if name in values and values[name] is None]
    kept = {name: value for name, value in values.items() if name not in removed}
    condition, conditional = "attribute_exists(pk)", dict[str, Any]()
    if moment:
        newer, conditional = moment.condition
        condition, kept = f"{condition} AND {newer}", {**kept, STATE: moment.state}
    changes = []
    if kept:
        changes.append("SET " + ", ".join(_assignment(name) for name in kept))
    if removed:
        changes.append("REMOVE " + ", ".join(removed))
    if not changes:
        return None
    try:
        keys.update(key, " ".join(changes), kept | conditional, condition)
    except ConditionFailed:
        return None
    except ServiceError as error:
        logger.exception("Billing state was not written", extra={"user_id": key[0], "on_user": key[1] == USER_META})
        failed: Exception = error
        return failed
    return None


def _assignment(name: str) -> str:
    """A subscription's first period counts as reset. Of a later one Stripe first sends that it has begun, then that it
    is paid: only the payment resets usage, and knows that by this attribute."""
    return f"{name} = if_not_exists({name}, :{name})" if name == _LAST_RESET else f"{name} = :{name}"
