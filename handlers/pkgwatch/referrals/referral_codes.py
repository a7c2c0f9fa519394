"""Referral codes and the users they belong to."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from handlers.common.dynamodb import Table
from handlers.pkgwatch.accounts.users import canonical

_FORM = re.compile(r"[A-Za-z0-9_-]{6,12}")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without those that look alike
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Referrer:
    """The user a referral code belongs to."""

    user_id: str
    email: str


def is_code(text: str) -> bool:
    """Whether this may be a referral code."""
    return _FORM.fullmatch(text) is not None


def new_code(keys: Table) -> str:
    """An unused code of 8 letters and digits. RuntimeError if every attempt was taken."""
    for _ in range(_ATTEMPTS):
        code = "".join(secrets.choice(_LETTERS) for _ in range(8))
        if resolve(keys, code) is None:
            return code
    raise RuntimeError("no free referral code was found")


def resolve(keys: Table, code: str) -> Referrer | None:
    """The user of a code; None for an unknown code and for text that is no code."""
    if not is_code(code):
        return None
    found = keys.query("referral-code-index", "referral_code", code)
    return Referrer(found[0]["pk"], found[0].get("email") or "") if found else None


def is_self(referrer: Referrer, user_id: str, email: str) -> bool:
    """Whether a user would refer themselves, perhaps by another spelling of their address."""
    return referrer.user_id == user_id or canonical(referrer.email) == canonical(email)
