"""Random tokens that stand for a user in links and requests, and the items they are found by."""

from __future__ import annotations

import secrets
from typing import Any

from handlers.common.dynamodb import Table

_LONGEST = 100  # characters: ours have 43, and an index refuses to look for very long ones


def new_token() -> str:
    """A token of 43 characters that are safe in URLs."""
    return secrets.token_urlsafe(32)


def find(keys: Table, attribute: str, token: str) -> dict[str, Any] | None:
    """The item whose ``attribute`` is the token, as its index has it: perhaps without all attributes, and a moment
    behind. The index of ``magic_token`` is ``magic-token-index``."""
    index = attribute.removesuffix("_id").replace("_", "-") + "-index"
    found = keys.query(index, attribute, token) if len(token) <= _LONGEST else []
    return found[0] if found else None
