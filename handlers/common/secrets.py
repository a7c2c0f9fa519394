"""Values of secrets in Secrets Manager, cached for some minutes."""

from __future__ import annotations

import json
import threading
import time

from handlers.common.aws import ServiceError, client

CACHE_SECONDS = 300.0  # how long a changed secret may go unnoticed
MISSING_SECONDS = 10.0  # how long a field may go unnoticed that was missing: messages wait for it

_LOCK = threading.Lock()
_CACHE: dict[str, tuple[float, str]] = {}


class SecretUnavailable(Exception):  # noqa: N818 - names the condition
    """A secret cannot be read, or has no usable value. The message has its name and never its value."""


def secret(name: str, field: str) -> str:
    """A secret's text, or its ``field`` if the text is a JSON object. Raises `SecretUnavailable`."""
    value = _value(_text(name, CACHE_SECONDS), field) or _value(_text(name, MISSING_SECONDS), field)
    if not value:
        raise SecretUnavailable(f"Secret {name} has no field {field}.")
    return value


def _value(text: str, field: str) -> str:
    """The field, or the text if that is no object; "" if it is an object without the field."""
    try:
        content = json.loads(text)
    except ValueError:
        return text
    if not isinstance(content, dict):
        return text
    value = content.get(field)
    return value if isinstance(value, str) else ""


def _text(name: str, seconds: float) -> str:
    """The secret's text as it was at most so many seconds ago. Raises `SecretUnavailable`."""
    if not name:
        raise SecretUnavailable("The environment does not name the secret of this function.")
    with _LOCK:
        read, text = _CACHE.get(name, (0.0, ""))
        if text and time.monotonic() - read < seconds:
            return text
        try:
            text = client("secretsmanager").get_secret_value(SecretId=name).get("SecretString") or ""
        except ServiceError as error:
            raise SecretUnavailable(f"Secret {name} cannot be read.") from error
        if not text:
            raise SecretUnavailable(f"Secret {name} is empty.")
        _CACHE[name] = (time.monotonic(), text)
        return text
