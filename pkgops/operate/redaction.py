"""Which values found in a running system are not shown?

What stands in a template was written to be read. What is found in a deployed resource may have been typed there by
hand, secrets included; it is shown unless its name or its shape says that it is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pkgops.build.secret_scan import SHAPED

HIDDEN = "(hidden)"

_NAME = re.compile(r"secret|passw|passphrase|token|credential|private|(^|_)(pass|pwd?)(_|$)|[a-z_]key$", re.IGNORECASE)
# These say where a secret is, or something about it, and not what it is.
_ABOUT = re.compile(r"(arn|name|id|url|path|prefix|table|length|ttl|days|hours|minutes|seconds)$", re.IGNORECASE)
_SHAPES = (
    *SHAPED.values(),
    re.compile(r"\beyJ[\w-]{10,}\.[\w-]+\."),  # a signed token
    re.compile(r"://[^/\s:@]+:[^/\s@]+@"),  # a password in an address
)


def shown(value: Any, path: str = "") -> Any:
    """A JSON value with its secrets replaced by `HIDDEN`. ``path`` is where it stands ("Environment/Variables")."""
    if isinstance(value, Mapping):
        label = value.get("Name", value.get("Key")) if "Value" in value else None
        named = {"Value": f"{path}/{label}"} if isinstance(label, str) else {}
        return {key: shown(inner, named.get(key, f"{path}/{key}")) for key, inner in value.items()}
    if isinstance(value, list):
        return [shown(inner, path) for inner in value]
    return HIDDEN if isinstance(value, str) and _secret(value, path.rpartition("/")[2]) else value


def _secret(value: str, name: str) -> bool:
    if any(shape.search(value) for shape in _SHAPES):
        return True
    named = _NAME.search(name) is not None and _ABOUT.search(name) is None
    return named and not value.startswith(("arn:", "{{resolve:"))
