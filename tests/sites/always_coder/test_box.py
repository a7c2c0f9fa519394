"""Does the page's box open what other implementations of NaCl's seal, and the other way round?"""

from __future__ import annotations

from base64 import b64decode, b64encode

import nacl.utils
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.public import Box, PrivateKey, PublicKey
from nacl.secret import SecretBox

pytestmark = pytest.mark.browser

SEALED = "toBase64(box.seal(...given.map(fromBase64)).sealed)"
OPENED = "(opened => opened && toBase64(opened))(box.unseal(...given.map(fromBase64)))"
FEW = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def wire(*parts):
    return [b64encode(part).decode() for part in parts]


@FEW
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300), st.binary(min_size=24, max_size=24))
def test_texts_of_every_length_are_sealed_as_by_the_library(run, key, message, nonce):
    sealed = SecretBox(key).encrypt(message, nonce).ciphertext
    assert b64decode(run("box", SEALED, wire(key, message, nonce))) == sealed
    assert b64decode(run("box", OPENED, wire(key, nonce, sealed))) == message


def test_a_long_text_and_what_was_changed_on_the_way(run):
    key, message = nacl.utils.random(32), nacl.utils.random(20_000)
    sealed = SecretBox(key).encrypt(message)
    assert b64decode(run("box", OPENED, wire(key, sealed.nonce, sealed.ciphertext))) == message
    for place in (0, 15, 16, 19_999):
        changed = bytearray(sealed.ciphertext)
        changed[place] ^= 1
        assert run("box", OPENED, wire(key, sealed.nonce, bytes(changed))) is None
    for short in (b"", sealed.ciphertext[:15]):
        assert run("box", OPENED, wire(key, sealed.nonce, short)) is None
    assert run("box", OPENED, wire(key, sealed.nonce[:23], sealed.ciphertext)) is None


SHARED = """(async () => {
    const own = await box.newPair();
    const key = await box.sharedKey(own, fromBase64(given));
    return [toBase64(own.open), toBase64(key)];
})()"""


def test_both_sides_work_out_the_same_key(run):
    ours = PrivateKey.generate()
    open_, key = run("box", SHARED, b64encode(bytes(ours.public_key)).decode())
    assert b64decode(key) == Box(ours, PublicKey(b64decode(open_))).shared_key()


@pytest.mark.parametrize("number", [0, 1, 2**255 - 19])
def test_a_public_key_that_fixes_the_shared_one_is_refused(run, number):
    fixed = b64encode(number.to_bytes(32, "little")).decode()
    refusal = f"({SHARED}).then(() => 'taken', error => error.name)"
    assert run("box", refusal, fixed) == "OperationError"
