"""A raw message sent through the second version of SES's API goes to the recipients in its own header."""

from __future__ import annotations

import json
from typing import Any

from pkgops.local.server.hooks import Types, need, wrap


def install(_: Types) -> None:
    """Spells the recipients out before the service sees the request."""
    from ministack.services import ses_v2

    need(ses_v2, "_parse_raw_mime")
    wrap(ses_v2, "handle_request", _addressing)


def _addressing(original: Any) -> Any:
    async def handle(method: str, path: str, headers: Any, body: bytes, *others: Any) -> Any:
        if method == "POST" and path.endswith("/outbound-emails") and b'"Raw"' in body:
            body = _addressed(body)
        return await original(method, path, headers, body, *others)

    return handle


def _addressed(body: bytes) -> bytes:
    from ministack.services import ses_v2

    request = json.loads(body)
    destination = request.setdefault("Destination", {})
    raw = ((request.get("Content") or {}).get("Raw") or {}).get("Data", "")
    if not raw or any(destination.values()):
        return body
    header = ses_v2._parse_raw_mime(raw)
    for field, name in (("ToAddresses", "To"), ("CcAddresses", "Cc"), ("BccAddresses", "Bcc")):
        addresses = [one.strip() for one in header.get(name, "").split(",")]
        destination[field] = [one for one in addresses if one]
    return json.dumps(request).encode()
