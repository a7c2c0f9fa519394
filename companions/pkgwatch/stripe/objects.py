# SPDX-License-Identifier: GPL-3.0-or-later
"""What of localstripe stands under everything here, and how are its habits changed?

localstripe writes all it knows to a fixed file in /tmp after every change, and reads such a file back: here it
does neither. Its resources that Stripe has changed since (plans, subscriptions, invoices) are replaced.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any

from localstripe import errors, resources
from localstripe.resources import StripeObject

# The version handlers speak: that of their SDK (a test compares).
API_VERSION = "2026-10-28.endive"

Error = errors.UserError
Customer = resources.Customer
DeletedObject = resources.DeletedObject
List = resources.List
PaymentIntent = resources.PaymentIntent
PaymentMethod = resources.PaymentMethod
Product = resources.Product
store = resources.store

resources.Store.dump_to_disk = lambda _: None


class Resource(StripeObject):
    """A resource of the API as it is now; attributes without underscore are its fields.

    A subclass names what may be given as ``_fields``, and changed afterwards as ``_changeable``: anything else is
    refused, as Stripe does."""

    _fields: tuple[str, ...] = ()
    _changeable: tuple[str, ...] = ("metadata",)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id or self._id_prefix + secrets.token_hex(12))

    @classmethod
    def _api_create(cls, **given: Any) -> Any:
        known(given, cls._fields)
        return cls(**given)

    @classmethod
    def _api_retrieve(cls, id: str) -> Any:
        return found(cls.object, id)

    @classmethod
    def _api_update(cls, id: str, **given: Any) -> Any:
        known(given, cls._changeable)
        return super()._api_update(id, **given)

    @classmethod
    def _api_delete(cls, id: str) -> Any:
        raise error(405, f"A {cls.object} cannot be deleted.")

    def _forget(self) -> None:
        del store[f"{self.object}:{self.id}"]


def found(kind: str, id: Any, param: str = "id") -> Any:
    """The object of that kind and id. Stripe's 404 for the object asked for, 400 for one a parameter names."""
    thing = store.get(f"{kind}:{id}")
    if thing is None:
        status = 404 if param == "id" else 400
        raise error(status, f"No such {kind}: '{id}'", code="resource_missing", param=param)
    return thing


def of(kind: str) -> list[Any]:
    """Every object of a kind, the newest first."""
    return [thing for key, thing in store.items() if key.startswith(f"{kind}:")][::-1]


def error(status: int, message: str, kind: str = "invalid_request_error", **more: Any) -> Exception:
    """An answer in the shape of Stripe's errors."""
    made: Exception = Error(status, message, more)
    made.body["error"]["type"] = kind  # type: ignore[attr-defined]
    return made


def declined() -> Exception:
    """What a card that is refused leads to."""
    more = {"code": "card_declined", "decline_code": "generic_decline"}
    return error(402, "Your card was declined.", "card_error", **more)


def known(given: Mapping[str, Any], names: Iterable[str], inside: str = "") -> None:
    """Refuses parameters Stripe does not have, or that nothing here would act upon."""
    for name in given:
        if name not in names:
            param = f"{inside}[{name}]" if inside else name
            raise error(400, f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def required(given: Mapping[str, Any], name: str, kind: type = str) -> Any:
    """A parameter that must be there, and of that type."""
    value = given.get(name)
    if not isinstance(value, kind) or not value:
        raise error(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    return value


def whole(value: Any, param: str) -> int:
    """A number as it comes in a form."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise error(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=param) from None


def flag(value: Any) -> bool:
    """A boolean as it comes in a form."""
    return str(value).lower() == "true"


def now() -> int:
    """The present moment in Stripe's unit."""
    return int(time.time())
