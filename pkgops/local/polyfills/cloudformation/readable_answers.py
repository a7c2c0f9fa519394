"""Answers stay XML whatever a stack's outputs, parameters or reasons hold: a question mark stands for each character
that XML cannot hold."""

from __future__ import annotations

import re
from typing import Any

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types

# Control characters other than tab, line feed and carriage return, and in UTF-8: U+FFFE and U+FFFF.
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


def install(_: Types) -> None:
    """Wraps every operation."""
    from ministack.services import cloudformation

    wrap(cloudformation, "handle_request", _readable)


def _readable(original: Any) -> Any:
    async def handle(*request: Any) -> Any:
        status, headers, body = await original(*request)
        whole = body.encode(errors="replace") if isinstance(body, str) else body
        return status, headers, _NOT_XML.sub(b"?", whole)

    return handle
