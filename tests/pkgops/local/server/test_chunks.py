"""Bodies in signed chunks are recognized, and a chunk that was changed is not."""

from __future__ import annotations

import io
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgops.local import sigv4
from pkgops.local.server import chunks
from pkgops.local.server.claims import SignatureError


def in_chunks(seed: chunks.Seed, parts: list[bytes], trailer: bytes = b"") -> bytes:
    """A body in signed chunks, as the S3 reference describes it."""
    written, previous = io.BytesIO(), seed.signature
    for part in [*parts, b""]:
        previous = chunks._signed(
            seed, "AWS4-HMAC-SHA256-PAYLOAD", previous, f"{sigv4.EMPTY}\n{sha256(part).hexdigest()}"
        )
        written.write(f"{len(part):x};chunk-signature={previous}\r\n".encode() + part + (b"\r\n" if part else b""))
    if trailer:
        last = chunks._signed(seed, "AWS4-HMAC-SHA256-TRAILER", previous, sha256(trailer + b"\n").hexdigest())
        written.write(trailer + b"\r\nx-amz-trailer-signature:" + last.encode() + b"\r\n")
    written.write(b"\r\n")
    return written.getvalue()


SEED = chunks.Seed(
    sigv4.signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524", "us-east-1", "s3"),
    "20130524T000000Z",
    "20130524/us-east-1/s3/aws4_request",
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
)


def test_chunks_are_signed_as_in_the_reference() -> None:
    """The example of "Signature calculations for the authorization header: transferring payload in multiple chunks"."""
    body = in_chunks(SEED, [b"a" * 65536, b"a" * 1024])
    for signature in (
        b"ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        b"0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        b"b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ):
        assert signature in body
    chunks.verify(body, SEED)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=3), st.booleans(), st.data())
def test_a_chunk_that_was_changed_is_noticed(parts: list[bytes], trailer: bool, data: st.DataObject) -> None:
    body = in_chunks(SEED, parts, b"x-amz-checksum-crc32c:sOO8/Q==" if trailer else b"")
    chunks.verify(body, SEED)
    position = data.draw(st.integers(0, len(body) - 5))
    changed = body[:position] + bytes([body[position] ^ 1]) + body[position + 1 :]
    with pytest.raises(SignatureError):
        chunks.verify(changed, SEED)
    with pytest.raises(SignatureError):
        chunks.verify(body[: -len(body) // 2], SEED)
