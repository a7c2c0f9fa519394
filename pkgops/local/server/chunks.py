"""Is every chunk of a body signed that was sent in signed chunks (``aws-chunked``)?"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256

from pkgops.local.server.claims import SignatureError
from pkgops.local.sigv4 import EMPTY

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
_HEAD = re.compile(rb"([0-9a-fA-F]{1,16});chunk-signature=([0-9a-f]{64})\r\n")
_TRAILER = re.compile(rb"((?:[^\r\n]+\r?\n)*)x-amz-trailer-signature:([0-9a-f]{64})\r\n(?:\r\n)?")


@dataclass(frozen=True, slots=True)
class Seed:
    """What the chunks' signatures begin with: the request's own."""

    key: bytes
    stamp: str
    scope: str
    signature: str


def verify(body: bytes, seed: Seed) -> None:
    """SignatureError unless the body is a chain of signed chunks that ends with an empty one."""
    previous, position = seed.signature, 0
    while True:
        head = _HEAD.match(body, position)
        if head is None:
            raise _mismatch()
        end = head.end() + int(head[1], 16)
        chunk = body[head.end() : end]
        previous = _signed(seed, "AWS4-HMAC-SHA256-PAYLOAD", previous, f"{EMPTY}\n{sha256(chunk).hexdigest()}")
        if not hmac.compare_digest(previous.encode(), head[2]) or len(chunk) != int(head[1], 16):
            raise _mismatch()
        if not chunk:
            _verify_trailer(body[end:], seed, previous)
            return
        if body[end : end + 2] != b"\r\n":
            raise _mismatch()
        position = end + 2


def _verify_trailer(rest: bytes, seed: Seed, previous: str) -> None:
    """The headers that may follow, which are signed like a chunk."""
    if rest in (b"", b"\r\n"):
        return
    found = _TRAILER.fullmatch(rest)
    if found is None:
        raise _mismatch()
    lines = found[1].replace(b"\r\n", b"\n")
    expected = _signed(seed, "AWS4-HMAC-SHA256-TRAILER", previous, sha256(lines).hexdigest())
    if not hmac.compare_digest(expected.encode(), found[2]):
        raise _mismatch()


def _signed(seed: Seed, kind: str, previous: str, last: str) -> str:
    text = "\n".join((kind, seed.stamp, seed.scope, previous, last))
    return hmac.digest(seed.key, text.encode(), "sha256").hex()


def _mismatch() -> SignatureError:
    return SignatureError("SignatureDoesNotMatch", "The signature of a chunk does not match its content.")
