"""GetTemplate answers a question mark for each character of a template that is not ASCII, as CloudFormation does."""

from __future__ import annotations

import re
from typing import Any

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Types

_OTHER = re.compile(r"[^\x00-\x7f]")


def install(_: Types) -> None:
    """Wraps GetTemplate."""
    from ministack.services import cloudformation

    require(cloudformation, "_ACTION_HANDLERS")
    actions: dict[str, Any] = cloudformation._ACTION_HANDLERS
    actions["GetTemplate"] = _in_ascii(actions["GetTemplate"])


def _in_ascii(original: Any) -> Any:
    def get(parameters: Any) -> Any:
        status, headers, body = original(parameters)
        text = body.decode() if isinstance(body, bytes) else body
        return status, headers, _OTHER.sub("?", text).encode()

    return get
