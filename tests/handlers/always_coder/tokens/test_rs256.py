"""Signatures by the standard library, against those that the cryptography package makes."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.always_coder.tokens.rs256 import decode, verify
from tests.handlers.always_coder.tokens.signer import Signer, encoded

SIGNER = Signer()
KEY = (SIGNER.jwk["n"], SIGNER.jwk["e"])


@settings(max_examples=20)
@given(st.binary(max_size=300))
def test_a_signature_fits_its_message(message):
    assert verify(*KEY, message, SIGNER.sign(message))


@settings(max_examples=50)
@given(st.integers(0, 2047), st.binary(max_size=20))
def test_no_bit_of_a_signature_can_be_changed(place, message):
    changed = bytearray(SIGNER.sign(message))
    changed[place // 8] ^= 1 << place % 8
    assert not verify(*KEY, message, bytes(changed))


@pytest.mark.parametrize("bits", [1024, 3072])
def test_keys_of_other_sizes(bits):
    signer = Signer(bits=bits)
    assert verify(signer.jwk["n"], signer.jwk["e"], b"m", signer.sign(b"m"))
    assert not verify(*KEY, b"m", signer.sign(b"m"))


def test_other_messages_lengths_paddings_and_hashes_are_refused():
    good = SIGNER.sign(b"m")
    modulus = int.from_bytes(decode(KEY[0]), "big")
    bad = [
        b"",
        good[:-1],
        b"\0" + good,
        good + b"\0",
        (int.from_bytes(good, "big") + modulus).to_bytes(257, "big"),
        SIGNER.private.sign(b"m", padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()),
        SIGNER.private.sign(b"m", padding.PKCS1v15(), hashes.SHA512()),
    ]
    assert not any(verify(*KEY, b"m", signature) for signature in bad)
    assert not verify(*KEY, b"n", good)


@pytest.mark.parametrize("text", ["", "a=", "a+b", "a b", "é", "YQ\n"])
def test_what_is_not_base64url_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        decode(text)


@given(st.binary(min_size=1))
def test_base64url_is_decoded(content):
    assert decode(encoded(content)) == content
