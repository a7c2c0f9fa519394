"""Values of secrets in Secrets Manager, cached for some minutes."""

from __future__ import annotations

import json
import math
import threading
import time

from botocore.exceptions import ClientError

from handlers.common.aws import ServiceError, client

CACHE_SECONDS = 300.0  # how long a changed secret may go unnoticed
MISSING_SECONDS = 10.0  # how long a secret or a field may go unnoticed that was missing: messages wait for it

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
        read, text = _CACHE.get(name, (-math.inf, ""))
        if time.monotonic() - read >= (seconds if text else min(seconds, MISSING_SECONDS)):
            text = _read(name)
            _CACHE[name] = (time.monotonic(), text)
        if not text:
            raise SecretUnavailable(f"Secret {name} does not exist, or is empty.")
        return text


def _read(name: str) -> str:
    """The secret's text as it is now, "" if there is none. Raises `SecretUnavailable` if that cannot be found out."""
    try:
        return str(client("secretsmanager").get_secret_value(SecretId=name).get("SecretString") or "")
    except ServiceError as error:
        if isinstance(error, ClientError) and error.response["Error"]["Code"] == "ResourceNotFoundException":
            return ""
        raise SecretUnavailable(f"Secret {name} cannot be read: {error}") from error
