"""What a message of a queue is: its body as one of the declared models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec

from handlers.keyvex.shared.clock import message_time

# The value that a validation error quotes: it may be anything somebody has sent.
_QUOTED = re.compile(r" '.*'(?= - at |$)", re.DOTALL)

# What the three queues take. The word of a message that is none of these may be anything, and is not logged.
_KINDS = ("AI_PROCESSING", "ANALYTICS_PROCESSING", "EMAIL_NOTIFICATION")

_LEVELS = 24  # of lists and objects within each other: an item has 32, of which some are its own
_GREATEST, _LEAST = 1e38, 1e-130  # DynamoDB has 38 digits, and numbers down to the second

Text = Annotated[str, msgspec.Meta(min_length=1)]


class InvalidMessage(Exception):  # noqa: N818 - an outcome, not an error
    """The message can never be processed. Its text names what is wrong, never a value of it."""


class NotProcessed(Exception):  # noqa: N818 - an outcome, not an error
    """What a message needs is not to be had now: a provider, a key. Its text says what, never a value of the message;
    it comes again, ``retry_after`` seconds later at the earliest."""

    def __init__(self, reason: str, retry_after: float = 0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Fields(msgspec.Struct, kw_only=True, rename="camel"):
    """A JSON object of messages, whose names are written in camel case."""


class Timed(Fields, kw_only=True):
    """What messages of all queues have."""

    timestamp: Annotated[
        float | str | None,
        msgspec.Meta(
            description="When it was sent: milliseconds since 1970 (13 digits), or ISO-8601. Missing means now."
        ),
    ] = None

    def __post_init__(self) -> None:
        self.time(0)

    def time(self, default: int) -> int:
        """When it was sent, in milliseconds; ``default`` if it does not say so."""
        return message_time(self.timestamp, default)


class _Kind(Fields, kw_only=True):
    message_type: str = ""


def kind_of(body: object) -> str:
    """The messageType of a message, "" if it names none of those there are."""
    try:
        kind = msgspec.json.decode(body, type=_Kind).message_type if isinstance(body, str) else ""
    except (ValueError, RecursionError):  # msgspec's error is a ValueError
        return ""
    return kind if kind in _KINDS else ""


def decode(body: object, model: Any) -> Any:
    """The body of a record as the model (a struct or a union of them); fields that the model does not have can be read
    as well. Raises `InvalidMessage`."""
    text = body.lstrip(" \t\r\n") if isinstance(body, str) else ""  # what JSON takes for white space
    try:
        if text.startswith("{"):
            found = msgspec.json.decode(text, type=model)
            reason = unstorable(msgspec.json.decode(text))  # a model skips what it does not know, without a look at it
            if reason:
                raise InvalidMessage(reason)
            return found
    except msgspec.ValidationError as error:
        raise InvalidMessage(_QUOTED.sub("", str(error))) from None
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        pass
    raise InvalidMessage("Invalid message format")


def unstorable(value: Any) -> str:
    """Why no item can hold a value read from JSON, whatever its size; "" if one can."""
    layer = [value]
    for _ in range(_LEVELS):
        if not all(map(_is_storable, layer)):
            return "a number is out of range"
        layer = [inner for outer in layer for inner in _inside(outer)]
        if not layer:
            return ""
    return "lists and objects are nested too deeply"


def _is_storable(value: Any) -> bool:
    return not isinstance(value, int | float) or value == 0 or _LEAST <= abs(value) < _GREATEST


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
