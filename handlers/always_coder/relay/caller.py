"""The client whose frame is handled, and the errors it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.always_coder.runtime.gateway import gateway
from handlers.common.gateway import Gateway

ANONYMOUS = "anonymous"


class RelayError(Exception):
    """The error frame a client gets: its ``code`` and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Caller:
    """A connected client; ``user`` is `ANONYMOUS` without a token."""

    connection: str
    user: str
    gateway: Gateway

    def reply(self, kind: str, **fields: Any) -> None:
        """Sends the client a frame. Raises as `Gateway.send` does."""
        self.gateway.send(self.connection, {"type": kind, **fields})

    def require_login(self) -> None:
        """Raises `RelayError` if the client came without a token."""
        if self.user == ANONYMOUS:
            raise RelayError("UNAUTHORIZED", "Authentication required")


def caller_of(event: Mapping[str, Any]) -> Caller:
    """The client of an event. API Gateway repeats the authorizer's answer in every event of a connection."""
    context = event["requestContext"]
    user = (context.get("authorizer") or {}).get("userId") or ANONYMOUS
    return Caller(context["connectionId"], user, gateway(context))
