"""Codes that were sent, and how often one may guess them.

A code has a row of its own, beside what Cognito knows of its login: guesses that arrive at the same moment are counted
there one after the other, and a guess without Cognito's session does not use up one of that session.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.kefir.data.items import Item, key_attributes
from handlers.kefir.data.timestamps import iso

LIFETIME = timedelta(minutes=3)
MAX_GUESSES = 3


@dataclass(frozen=True, slots=True)
class Code:
    """Six digits, and the id of their row."""

    id: str
    digits: str


def new_code() -> Code:
    """A code nobody can foresee."""
    return Code(secrets.token_hex(16), f"{secrets.randbelow(1_000_000):06d}")


def save_code(table: Table, email: str, code: Code, now: datetime) -> None:
    """Saves a code for the address it is sent to. The row has the digits only as a hash."""
    expires = now + LIFETIME
    item = {
        **key_attributes(_key(email, code.id)),
        "digest": _digest(code),
        "expiresAt": iso(expires),
        "TTL": int(expires.timestamp()),
    }
    table.put(item)


def count_guess(table: Table, email: str, code_id: str, now: datetime) -> bool:
    """Counts a guess in the code's login; False if the code has expired or was guessed as often as it may be."""
    return _counted(table, email, code_id, "guesses", now) is not None


def guess_without_session(table: Table, email: str, guess: Code, now: datetime) -> bool | None:
    """Whether a guess made without the login's session is right; None if the code has expired, or was guessed as often
    in this way as it may be."""
    found = _counted(table, email, guess.id, "guessesWithoutSession", now)
    return None if found is None else hmac.compare_digest(str(found["digest"]), _digest(guess))


def _counted(table: Table, email: str, code_id: str, counter: str, now: datetime) -> Item | None:
    values = {"one": 1, "most": MAX_GUESSES, "now": iso(now)}
    condition = f"expiresAt > :now AND (attribute_not_exists({counter}) OR {counter} < :most)"
    try:
        return table.update(_key(email, code_id), f"ADD {counter} :one", values, condition, "ALL_NEW")
    except ConditionFailed:
        return None


def _digest(code: Code) -> str:
    return hashlib.sha256(f"{code.id}:{code.digits}".encode()).hexdigest()


def _key(email: str, code_id: str) -> Key:
    return (f"AUTH#{email}", f"CODE#{code_id}")
