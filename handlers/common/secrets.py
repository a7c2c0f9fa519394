"""What is the value of a secret?"""

from __future__ import annotations

import json
import threading
import time

from handlers.common.aws import ServiceError, client

KEPT = 300.0  # seconds: how long a changed secret may go unnoticed

_LOCK = threading.Lock()
_KNOWN: dict[str, tuple[float, str]] = {}


class SecretUnavailable(Exception):  # noqa: N818 - says what is the matter
    """A secret cannot be read, or holds nothing usable. The text names it and never its value."""


def secret(name: str, field: str) -> str:
    """A secret of Secrets Manager: its text, or ``field`` of it where the text is a JSON object."""
    text = _text(name)
    try:
        content = json.loads(text)
    except ValueError:
        return text
    if not isinstance(content, dict):
        return text
    value = content.get(field)
    if not isinstance(value, str) or not value:
        raise SecretUnavailable(f"Secret {name} has no field {field}.")
    return value


def forget() -> None:
    """The next call reads secrets anew."""
    _KNOWN.clear()


def _text(name: str) -> str:
    if not name:
        raise SecretUnavailable("The function is not told the name of its secret.")
    with _LOCK:
        read, text = _KNOWN.get(name, (0.0, ""))
        if text and time.monotonic() - read < KEPT:
            return text
        try:
            text = client("secretsmanager").get_secret_value(SecretId=name).get("SecretString") or ""
        except ServiceError as error:
            raise SecretUnavailable(f"Secret {name} cannot be read.") from error
        if not text:
            raise SecretUnavailable(f"Secret {name} is empty.")
        _KNOWN[name] = (time.monotonic(), text)
        return text
