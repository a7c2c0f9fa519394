"""Permissions to send mail are checked on the sending identity: the address, or the nearest domain above it. Conditions
may name the address, ``ses:FromAddress``."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from contextvars import ContextVar
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_CONDITION_KEY = "ses:fromaddress"
_from: ContextVar[str] = ContextVar("from", default="")


def install(_: Types) -> None:
    """Names the identity where the emulator would check a permission on every resource, and answers the key."""
    from ministack.core import iam_actions, iam_evaluator
    from ministack.services import ses, ses_v2

    require(iam_actions, "_query_param")
    require(ses, "_identities", "_domain_and_parents")
    require(ses_v2, "_identities")
    wrap(iam_actions, "extract_resource_arn", _naming)
    wrap(iam_evaluator, "_resolve_condition_key", _naming_sender)


def _naming(original: Any) -> Any:
    def resource(service: str, method: str, path: str, headers: Any, body: bytes, query: Any, *place: str) -> str:
        arn: str = original(service, method, path, headers, body, query, *place)
        sender = _sender(path, body, query) if service == "ses" and arn == "*" else ""
        _from.set(sender)
        if not sender:
            return arn
        region, account = place
        return f"arn:aws:ses:{region}:{account}:identity/{_identity(sender)}"

    return resource


def _naming_sender(original: Any) -> Any:
    def resolved(key: str, *context: Any) -> Any:
        return _from.get() or None if key.lower() == _CONDITION_KEY else original(key, *context)

    return resolved


def _sender(path: str, body: bytes, query: Mapping[str, Any]) -> str:
    """The address a request of either version sends from; "" if it does not send."""
    from ministack.core.iam_actions import _query_param

    if path.rstrip("/").endswith("/outbound-emails"):
        try:
            request = json.loads(body)
        except ValueError:
            return ""
        raw = ((request.get("Content") or {}).get("Raw") or {}).get("Data", "")
        return _address(request.get("FromEmailAddress") or _from_header(raw))
    return _address(_query_param(query, "Source") or _from_header(_query_param(query, "RawMessage.Data")))


def _from_header(encoded: str) -> str:
    try:
        return str(BytesHeaderParser().parsebytes(base64.b64decode(encoded)).get("From", ""))
    except binascii.Error:
        return ""


def _address(text: str) -> str:
    return parseaddr(text)[1]


def _identity(sender: str) -> str:
    """The identity of the address, else of its domain or the nearest above, as it was registered; the domain if
    there is none, whose mail the service refuses anyway."""
    from ministack.services import ses, ses_v2

    known = {**ses_v2._identities, **ses._identities}
    if sender in known:
        return sender
    domain = sender.rpartition("@")[2].lower()
    domains = {name.lower(): name for name in known if "@" not in name}
    return next((domains[one] for one in ses._domain_and_parents(domain) if one in domains), domain)
