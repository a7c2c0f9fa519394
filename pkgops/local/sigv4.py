"""Signature Version 4 of AWS, computed as both sides of a request compute it.

The standard library only, because every local command signs its question whether the emulator runs. Specification:
"Create a signed AWS API request" in the IAM user guide.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY = sha256(b"").hexdigest()
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=256)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key of a secret for one day (YYYYMMDD), region and service."""
    key = b"AWS4" + secret.encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def canonical_request(method: str, path: str, query: str, headers: Iterable[tuple[str, str]], payload_hash: str) -> str:
    """The text whose hash is signed. ``path`` and ``query`` are canonical; ``headers`` are the signed ones, (name in
    lower case, value), in the order they were signed in."""
    pairs = [(name, _SPACES.sub(" ", value.strip())) for name, value in headers]
    lines = "".join(f"{name}:{value}\n" for name, value in pairs)
    return "\n".join((method, path, query, lines, ";".join(name for name, _ in pairs), payload_hash))


def signature(key: bytes, stamp: str, scope: str, canonical: str) -> str:
    """The signature of a canonical request. ``stamp`` is its time (YYYYMMDDTHHMMSSZ), ``scope`` the credential's
    without the access key id."""
    text = "\n".join((ALGORITHM, stamp, scope, sha256(canonical.encode()).hexdigest()))
    return hmac.digest(key, text.encode(), "sha256").hex()


def signed(access_key: str, secret: str, method: str, target: str, host: str) -> dict[str, str]:
    """The headers of a request without a body, signed now. ``target`` is path and query, both canonical."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    region, service = "us-east-1", "pkgops"
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    path, _, query = target.partition("?")
    named = (("host", host), ("x-amz-date", stamp))
    key = signing_key(secret, stamp[:8], region, service)
    made = signature(key, stamp, scope, canonical_request(method, path, query, named, EMPTY))
    proof = f"{ALGORITHM} Credential={access_key}/{scope}, SignedHeaders=host;x-amz-date, Signature={made}"
    return {"X-Amz-Date": stamp, "Authorization": proof}
