"""Somebody who recovers an account."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from handlers.pkgwatch.accounts.api_keys import PREFIX, key_hash
from handlers.pkgwatch.accounts.users import user_id
from handlers.pkgwatch.recovery.recovery_codes import stored
from tests.fakes.gateway import Answer, call, proxy_event

CODE = "0123-4567-89AB-CDEF"
OTHER_CODE = "FEDC-BA98-7654-3210"


@cache
def kept(code: str) -> str:
    """A code as it is stored, hashed once a test run: that is slow on purpose."""
    return stored(code)


@dataclass(frozen=True)
class Account:
    """A user with one key, of an address nobody has had before, and what such a user has in the tables."""

    email: str = field(default_factory=lambda: f"owner-{secrets.token_hex(6)}@example.com")
    clear: str = field(default_factory=lambda: PREFIX + secrets.token_urlsafe(32))

    @property
    def owner(self) -> str:
        return user_id(self.email)

    def store(self, world: Any, codes: tuple[str, ...] = (CODE,), **meta: Any) -> Account:
        hashed = key_hash(self.clear)
        key = {"pk": self.owner, "sk": hashed, "key_hash": hashed, "tier": "pro", "email": self.email}
        user = {"pk": self.owner, "sk": "USER_META", "email": self.email, "key_count": 1}
        if codes:
            user |= {"recovery_codes_hash": [kept(code) for code in codes], "recovery_codes_count": 4}
        world.keys.put(key)
        world.keys.put({**user, **meta})
        return self

    def recovery(self, world: Any) -> dict[str, Any]:
        """The only recovery that was started."""
        found = [item for item in world.keys.partition(self.owner) if item["sk"].startswith("RECOVERY_")]
        assert len(found) == 1
        return found[0]


def post(handler: Any, body: Any) -> Answer:
    """A POST without a session."""
    return call(handler, proxy_event("POST", body=body if isinstance(body, str) else json.dumps(body)))
