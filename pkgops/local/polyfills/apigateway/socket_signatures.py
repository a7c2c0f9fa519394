"""Calls to the port of a WebSocket API are checked as they were signed, for callers other than root too.

The emulator gets them with the path of its own port, which nobody has signed.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks import request
from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types

_ADDED = "/_aws/execute-api/"  # before the path, by `pkgops.local.server.socket_ports.addressed`


def install(_: Types) -> None:
    """Gives the check of signatures the path as it came in."""
    from ministack import app

    wrap(app, "pin_signed_request", _as_signed)


def _as_signed(original: Any) -> Any:
    def pin(method: str, path: str, *others: Any, **named: Any) -> None:
        sent = request.raw_path.get()
        added = path.startswith(_ADDED) and sent and not sent.startswith(_ADDED) and path.endswith(sent)
        original(method, sent if added else path, *others, **named)

    return pin
