"""Recovery codes: 8 random bytes, shown as ``XXXX-XXXX-XXXX-XXXX``, of which only a salted hash is stored."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

CODES = 4  # a user has at a time
ITERATIONS = 600_000  # PBKDF2-HMAC-SHA256 as OWASP advises; 0.2 s on one core

_DIGITS = re.compile(r"[0-9A-F]{16}")
_NOBODYS = f"{'00' * 16}$"  # matches no code


def new_codes() -> list[str]:
    """A set of codes, all different."""
    codes: set[str] = set()
    while len(codes) < CODES:
        codes.add(_shown(secrets.token_hex(8).upper()))
    return list(codes)


def normalized(code: str) -> str | None:
    """The 16 upper-case hex digits of a code as people type it; None if it cannot be one."""
    digits = code.strip().replace("-", "").replace(" ", "").upper()
    return digits if _DIGITS.fullmatch(digits) else None


def stored(code: str, iterations: int = ITERATIONS) -> str:
    """A code as it is stored: ``salt$hash``, both hex. ValueError if it is not a recovery code."""
    digits = normalized(code)
    if digits is None:
        raise ValueError("not a recovery code")
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_hash(digits, salt, iterations)}"


def matches(code: str, kept: str, iterations: int = ITERATIONS) -> bool:
    """Whether ``kept`` was made of ``code``. A malformed value matches nothing."""
    digits = normalized(code)
    salt, _, expected = kept.partition("$")
    try:
        salted = bytes.fromhex(salt)
    except ValueError:
        return False
    if digits is None or not salted:
        return False
    return hmac.compare_digest(_hash(digits, salted, iterations).encode(), expected.encode())


def index_of(code: str, kept: Sequence[str], iterations: int = ITERATIONS) -> int | None:
    """The index of a code among those that are kept, None if it is none of them. It takes as long as `CODES` of them
    take, however many there are."""
    padded = [*kept, *[_NOBODYS] * (CODES - len(kept))]
    found = [number for number, one in enumerate(padded) if matches(code, one, iterations)]
    return found[0] if found else None


def _shown(digits: str) -> str:
    return "-".join(digits[at : at + 4] for at in range(0, 16, 4))


def _hash(digits: str, salt: bytes, iterations: int) -> str:
    return hashlib.pbkdf2_hmac("sha256", digits.encode(), salt, iterations, 32).hex()
