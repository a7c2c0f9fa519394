"""Redaction of secrets in values read from a running system.

Values in a template were written to be read. Values in a deployed resource may have been entered by hand, secrets
included: they are shown unless their name or their shape looks like a secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pkgops.checks.kit.secret_scan import PATTERNS

REDACTED = "(hidden)"

_NAME = re.compile(r"secret|passw|passphrase|token|credential|private|(^|_)(pass|pwd?)(_|$)|[a-z_]key$", re.IGNORECASE)
# Names of properties about a secret, such as its location, that do not contain it.
_ABOUT = re.compile(r"(arn|name|id|url|path|prefix|table|length|ttl|days|hours|minutes|seconds)$", re.IGNORECASE)
_SHAPES = (
    *PATTERNS.values(),
    re.compile(r"\beyJ[\w-]{10,}\.[\w-]+\."),  # a signed token
    re.compile(r"://[^/\s:@]+:[^/\s@]+@"),  # a password in a URL
)


def redact(value: Any, path: str = "") -> Any:
    """A JSON value with its secrets replaced by `REDACTED`. ``path`` is its place in the document
    ("Environment/Variables")."""
    if isinstance(value, Mapping):
        label = value.get("Name", value.get("Key")) if "Value" in value else None
        named = {"Value": f"{path}/{label}"} if isinstance(label, str) else {}
        return {key: redact(inner, named.get(key, f"{path}/{key}")) for key, inner in value.items()}
    if isinstance(value, list):
        return [redact(inner, path) for inner in value]
    return REDACTED if isinstance(value, str) and _is_secret(value, path.rpartition("/")[2]) else value


def redact_text(text: str) -> str:
    """A text, and the JSON it may be, with its secrets replaced; as it is if it has none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return str(redact(text))
    redacted = redact(value)
    return text if redacted == value else json.dumps(redacted, ensure_ascii=False)


def _is_secret(value: str, name: str) -> bool:
    if any(shape.search(value) for shape in _SHAPES):
        return True
    named = _NAME.search(name) is not None and _ABOUT.search(name) is None
    return named and not value.startswith(("arn:", "{{resolve:"))
