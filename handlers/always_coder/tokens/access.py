"""Whether a token lets its bearer open a connection, and as whom."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from handlers.always_coder.tokens.keys import Keys
from handlers.always_coder.tokens.rs256 import decode, verify


class InvalidToken(Exception):  # noqa: N818 - an expected outcome
    """The token does not let anybody in."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """What a token must be of: its issuer, its client, and the issuer's keys."""

    issuer: str
    client: str
    keys: Keys

    def claims(self, token: str) -> dict[str, Any]:
        """The content of a token that is valid now; its claims are looked at before any key is fetched. Raises
        `InvalidToken`."""
        try:
            header, content, signature = token.split(".")
            head, claims = _object(header), _object(content)
            self._check(claims)
            key = self.keys.find(str(head.get("kid")))
            if key is None or key.get("alg") != "RS256":
                raise InvalidToken("unknown key")
            signed = f"{header}.{content}".encode()
            if not verify(key["n"], key["e"], signed, decode(signature)):
                raise InvalidToken("wrong signature")
        except (ValueError, KeyError, TypeError, OSError, RecursionError) as error:
            raise InvalidToken(type(error).__name__) from error
        return claims

    def _check(self, claims: dict[str, Any]) -> None:
        expiry = claims.get("exp")
        if isinstance(expiry, bool) or not isinstance(expiry, int | float) or expiry < int(time.time()):
            raise InvalidToken("expired")
        if claims.get("iss") != self.issuer:
            raise InvalidToken("another issuer")
        named = claims.get("client_id")
        if (claims.get("aud") if named is None else named) != self.client:
            raise InvalidToken("another client")
        if claims.get("token_use") not in (None, "access", "id"):
            raise InvalidToken("another use")
        if not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise InvalidToken("nobody's")


def _object(part: str) -> dict[str, Any]:
    found = json.loads(decode(part))
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found
