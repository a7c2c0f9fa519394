"""A permission to publish metrics of one namespace is limited to that namespace."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types

_ACTION = "cloudwatch:PutMetricData"


def install(_: Types) -> None:
    """Gives policies the condition key ``cloudwatch:namespace``, the only boundary PutMetricData knows."""
    from ministack.core import iam_actions

    wrap(iam_actions, "request_tag_context", _with_namespace)


def _with_namespace(original: Any) -> Any:
    def context(service: str, action: str, body: bytes, *others: Any) -> dict[str, Any]:
        found: dict[str, Any] = original(service, action, body, *others)
        if action == _ACTION:
            found["cloudwatch:namespace"] = _namespace(body)
        return found

    return context


def _namespace(body: bytes) -> str:
    """The namespace in a request of any of the three protocols: form, JSON or CBOR; "" if it has none."""
    import cbor2

    if body.startswith(b"Action=") or b"&Action=" in body:
        return parse_qs(body.decode(errors="replace")).get("Namespace", [""])[0]
    try:
        fields = json.loads(body) if body.startswith(b"{") else cbor2.loads(body)
    except (ValueError, cbor2.CBORDecodeError):
        return ""
    return str(fields.get("Namespace", "")) if isinstance(fields, dict) else ""
