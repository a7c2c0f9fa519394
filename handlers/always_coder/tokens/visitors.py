"""Whether a token lets its bearer see the pages. Its rules are not quite those for connections, see `access`."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, TypeGuard

from handlers.always_coder.tokens.keys import Keys
from handlers.always_coder.tokens.rs256 import decode, verify


@dataclass(frozen=True, slots=True)
class Visitors:
    """What a token must be of: its issuer, its client, and the issuer's keys."""

    issuer: str
    client: str
    keys: Keys

    def refusal(self, token: str) -> str:
        """Why a token lets nobody in, "" if it does. Its claims are looked at before any key is fetched."""
        try:
            header, content, signature = token.split(".")
            head, claims = json.loads(decode(header)), json.loads(decode(content))
            if wrong := self._wrong(claims):
                return wrong
            key = self.keys.find(str(head.get("kid")))
            if key is None:
                return "unknown key"
            signed = f"{header}.{content}".encode()
            return "" if verify(key["n"], key["e"], signed, decode(signature)) else "wrong signature"
        except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError) as error:
            return type(error).__name__

    def _wrong(self, claims: dict[str, Any]) -> str:
        now = int(time.time())
        expiry, start = claims.get("exp"), claims.get("nbf", 0)
        if not _is_time(expiry) or now >= expiry:
            return "expired"
        if not _is_time(start) or start > now:
            return "not valid yet"
        if claims.get("iss") != self.issuer:
            return "another issuer"
        if self.client not in (claims.get("aud"), claims.get("client_id")):
            return "another client"
        return "" if claims.get("token_use") in ("id", "access") else "another use"


def _is_time(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
