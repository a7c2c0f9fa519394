"""Requests that name their resource in ways the emulator does not read are authorized on that resource, and not on
everything."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

EVERYTHING = "*"


def install(_: Types) -> None:
    """Looks again where the emulator has found no resource."""
    from ministack.core import iam_actions
    from ministack.services import cloudformation

    require(cloudformation, "_change_sets")
    wrap(iam_actions, "extract_resource_arn", _with_resource)


def _with_resource(original: Any) -> Any:
    def extract(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> str:
        found = str(original(service, method, path, headers, body, *rest))
        if found != EVERYTHING or service not in _RESOURCES:
            return found
        return _RESOURCES[service](_fields(body)) or EVERYTHING

    return extract


def _fields(body: bytes) -> Mapping[str, Any]:
    text = body.decode(errors="replace")
    try:
        found = json.loads(text)
    except ValueError:
        return {name: values[0] for name, values in parse_qs(text).items()}
    return found if isinstance(found, dict) else {}


def _change_set(fields: Mapping[str, Any]) -> str:
    """The stack of a change set that is named by its ARN."""
    from ministack.services import cloudformation

    known = cloudformation._change_sets.get(fields.get("ChangeSetName", ""))
    return str(known["StackId"]) if known else ""


def _groups(fields: Mapping[str, Any]) -> str:
    """Live Tail's first log group. AWS checks each."""
    return re.sub(r":\*$", "", str((fields.get("logGroupIdentifiers") or [""])[0]))


def _source(fields: Mapping[str, Any]) -> str:
    return str(fields.get("SourceArn", ""))


_RESOURCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "cloudformation": _change_set,
    "logs": _groups,
    "sqs": _source,
}
