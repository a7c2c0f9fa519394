"""A raw message sent through the second version of SES's API goes to the recipients in its header."""

from __future__ import annotations

import base64
import binascii
import json
from email.parser import BytesHeaderParser
from email.policy import default
from typing import Any

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Adds the recipients to the request before the service sees it."""
    from ministack.services import ses_v2

    wrap(ses_v2, "handle_request", _addressing)


def _addressing(original: Any) -> Any:
    async def handle(method: str, path: str, headers: Any, body: bytes, *others: Any) -> Any:
        if method == "POST" and path.endswith("/outbound-emails") and b'"Raw"' in body:
            body = _addressed(body)
        return await original(method, path, headers, body, *others)

    return handle


def _addressed(body: bytes) -> bytes:
    request = json.loads(body)
    destination = request.setdefault("Destination", {})
    raw = ((request.get("Content") or {}).get("Raw") or {}).get("Data", "")
    if not raw or any(destination.values()):
        return body
    try:
        header = BytesHeaderParser(policy=default).parsebytes(base64.b64decode(raw))
    except binascii.Error:
        return body
    for field, name in (("ToAddresses", "To"), ("CcAddresses", "Cc"), ("BccAddresses", "Bcc")):
        destination[field] = [str(one) for given in header.get_all(name, []) for one in given.addresses]
    return json.dumps(request).encode()
