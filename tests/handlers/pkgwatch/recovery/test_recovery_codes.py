"""Recovery codes and their hashes."""

from __future__ import annotations

import hashlib
import re

import pytest

from handlers.pkgwatch.recovery.recovery_codes import CODES, ITERATIONS, matches, new_codes, normalized, stored

FEW = 2


def test_four_different_codes_of_the_documented_form() -> None:
    codes = [*new_codes(), *new_codes()]
    assert len(set(codes)) == len(codes) == 2 * CODES == 8
    assert all(re.fullmatch(r"([0-9A-F]{4}-){3}[0-9A-F]{4}", code) for code in codes)


def test_a_code_is_kept_as_documented() -> None:
    """With the real number of iterations."""
    salt, _, hashed = stored("0123-4567-89ab-cdef").partition("$")
    expected = hashlib.pbkdf2_hmac("sha256", b"0123456789ABCDEF", bytes.fromhex(salt), 600_000, 32)
    assert (len(salt), hashed) == (32, expected.hex())
    assert ITERATIONS == 600_000
    assert matches("0123456789ABCDEF", f"{salt}${hashed}")


@pytest.mark.parametrize(
    "typed", ["0123-4567-89AB-CDEF", "0123456789abcdef", " 0123 4567 89ab cdef ", "01234567-89abcdef"]
)
def test_codes_may_be_typed_in_any_way(typed: str) -> None:
    assert normalized(typed) == "0123456789ABCDEF"
    assert matches(typed, stored("0123-4567-89AB-CDEF", FEW), FEW)


@pytest.mark.parametrize(
    "typed", ["", "0123", "0123-4567-89AB-CDEG", "0123-4567-89AB-CDEF-0", "\u0660123456789ABCDEF", "0" * 16 + "\n1"]
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert normalized(typed) is None
    assert not matches(typed, stored("0123-4567-89AB-CDEF", FEW), FEW)
    with pytest.raises(ValueError, match="not a recovery code"):
        stored(typed, FEW)


def test_the_same_code_is_kept_differently_each_time() -> None:
    assert stored("0123-4567-89AB-CDEF", FEW) != stored("0123-4567-89AB-CDEF", FEW)


@pytest.mark.parametrize("kept", ["", "$", "zz$00", "00", "00$", "00$ü"])
def test_what_is_malformed_matches_nothing(kept: str) -> None:
    assert not matches("0123-4567-89AB-CDEF", kept, FEW)


def test_another_code_does_not_match() -> None:
    assert not matches("0123-4567-89AB-CDEE", stored("0123-4567-89AB-CDEF", FEW), FEW)
