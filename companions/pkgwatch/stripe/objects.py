# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of localstripe that resources are made of, and the checks of their parameters.

localstripe writes its state to a fixed file in /tmp after every change, and reads such a file back: here it does
neither. Its resources that Stripe has changed since (plans, subscriptions, invoices) are replaced.
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
    """A resource of the API; attributes without underscore are its fields.

    ``_fields`` are the parameters of its creation, ``_changeable`` those of an update: anything else is refused, as
    Stripe does."""

    _fields: tuple[str, ...] = ()
    _changeable: tuple[str, ...] = ("metadata",)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id or self._id_prefix + secrets.token_hex(12))

    @classmethod
    def _api_create(cls, **given: Any) -> Any:
        refuse_unknown(given, cls._fields)
        return cls(**given)

    @classmethod
    def _api_retrieve(cls, id: str) -> Any:
        return lookup(cls.object, id)

    @classmethod
    def _api_update(cls, id: str, **given: Any) -> Any:
        refuse_unknown(given, cls._changeable)
        return super()._api_update(id, **given)

    @classmethod
    def _api_delete(cls, id: str) -> Any:
        raise error(405, f"A {cls.object} cannot be deleted.")

    def _remove(self) -> None:
        del store[f"{self.object}:{self.id}"]


def lookup(kind: str, id: Any, param: str = "id") -> Any:
    """The object of that kind and id; Stripe's 404 for the requested object, 400 for one a parameter names."""
    thing = store.get(f"{kind}:{id}")
    if thing is None:
        status = 404 if param == "id" else 400
        raise error(status, f"No such {kind}: '{id}'", code="resource_missing", param=param)
    return thing


def all_of(kind: str) -> list[Any]:
    """Every object of a kind, the newest first."""
    return [thing for key, thing in store.items() if key.startswith(f"{kind}:")][::-1]


def error(status: int, message: str, kind: str = "invalid_request_error", **more: Any) -> Exception:
    """An answer in the shape of Stripe's errors."""
    made: Exception = Error(status, message, more)
    made.body["error"]["type"] = kind  # type: ignore[attr-defined]
    return made


def card_declined() -> Exception:
    """The answer to a card that is refused."""
    more = {"code": "card_declined", "decline_code": "generic_decline"}
    return error(402, "Your card was declined.", "card_error", **more)


def refuse_unknown(given: Mapping[str, Any], names: Iterable[str], inside: str = "") -> None:
    """Refuses parameters that Stripe does not have, or that are ignored here."""
    for name in given:
        if name not in names:
            param = f"{inside}[{name}]" if inside else name
            raise error(400, f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def required(given: Mapping[str, Any], name: str, kind: type = str) -> Any:
    """A parameter that must be given, and of that type."""
    value = given.get(name)
    if not isinstance(value, kind) or not value:
        raise error(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    return value


def integer(value: Any, param: str) -> int:
    """An integer of a form."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise error(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=param) from None


def boolean(value: Any) -> bool:
    """A boolean of a form."""
    return str(value).lower() == "true"


def now() -> int:
    """The present time in epoch seconds."""
    return int(time.time())
