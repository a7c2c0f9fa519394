"""Whose referral code is this, and what does a new one look like?"""

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
    """A code nobody has: 8 letters and digits. RuntimeError if every try was taken."""
    for _ in range(_ATTEMPTS):
        code = "".join(secrets.choice(_LETTERS) for _ in range(8))
        if resolve(keys, code) is None:
            return code
    raise RuntimeError("no free referral code was found")


def resolve(keys: Table, code: str) -> Referrer | None:
    """Whose code it is; None for nobody's, and for what is no code."""
    if not is_code(code):
        return None
    found = keys.query("referral-code-index", "referral_code", code)
    return Referrer(found[0]["pk"], found[0].get("email") or "") if found else None


def is_self(referrer: Referrer, user_id: str, email: str) -> bool:
    """Whether a user would refer themselves, be it by another spelling of their address."""
    return referrer.user_id == user_id or canonical(referrer.email) == canonical(email)
