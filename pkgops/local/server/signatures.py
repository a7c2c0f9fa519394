"""Is a request signed by whom it says, as it has arrived, and just now?"""

from __future__ import annotations

import base64
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, unquote_plus, unquote_to_bytes

from pkgops.local import sigv4
from pkgops.local.request_head import Request
from pkgops.local.server import chunks
from pkgops.local.server.claims import Claim, OldClaim, SignatureError

_SKEW = 15 * 60  # seconds a signature's time may differ from the clock; S3's number, the others' is smaller
_UNSIGNED = frozenset({"UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"})
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method."
)
# The parameters of S3's query that version 2 signs.
_SUBRESOURCES = re.compile(
    r"accelerate|acl|analytics|cors|defaultObjectAcl|delete|encryption|inventory|legal-hold|lifecycle|location|logging"
    r"|metrics|notification|object-lock|partNumber|policy|replication|requestPayment|response-[a-z-]+|restore|retention"
    r"|select|select-type|storageClass|tagging|torrent|uploadId|uploads|versionId|versioning|versions|website"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a secret belongs to. ``root`` is true for the root user of an account."""

    secret: str
    root: bool


# The owner of an access key id, with the session token it must come with; SignatureError if there is none.
Keyring = Callable[[str, str], Caller]


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it has arrived: its raw path and query, and its headers, (name in lower case, value)."""

    head: Request
    raw_path: str
    raw_query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


def verify(claim: Claim | OldClaim, received: Received, keyring: Keyring) -> Caller:
    """The caller; SignatureError if the signature is wrong or too old, or if there is no such key."""
    caller = keyring(claim.key, claim.token)
    if isinstance(claim, OldClaim):
        _verify_old(claim, received, caller.secret)
        return caller
    _check_time(claim)
    _check_headers(claim, received)
    payload = _payload_hash(claim, received)
    key = sigv4.signing_key(caller.secret, claim.date, claim.region, claim.service)
    named = [(name, _header(received, name)) for name in claim.signed]
    query = _canonical_query(received.raw_query, presigned=claim.expires > 0)
    canonical = sigv4.canonical_request(
        received.head.method, _canonical_path(received.raw_path, claim.service), query, named, payload
    )
    expected = sigv4.signature(key, claim.stamp, claim.scope, canonical)
    if not hmac.compare_digest(expected, claim.signature):
        raise SignatureError("SignatureDoesNotMatch", _MISMATCH)
    if payload.startswith(chunks.SIGNED):
        chunks.verify(received.body, chunks.Seed(key, claim.stamp, claim.scope, expected))
    return caller


def _check_time(claim: Claim) -> None:
    now, signed = time.time(), claim.time
    if signed > now + _SKEW:
        raise SignatureError("RequestTimeTooSkewed", f"Signature not yet current: {claim.stamp} is in the future.")
    if claim.expires and now > signed + claim.expires:
        raise SignatureError("AccessDenied", "Request has expired")
    if not claim.expires and signed < now - _SKEW:
        text = f"Signature expired: {claim.stamp} is more than {_SKEW // 60} minutes ago."
        raise SignatureError("RequestTimeTooSkewed", text)


def _check_headers(claim: Claim, received: Received) -> None:
    """The host and every X-Amz header have to be signed: what chooses the operation cannot be added later."""
    unsigned = {name for name, _ in received.headers if name == "host" or name.startswith("x-amz-")} - {*claim.signed}
    if unsigned:
        text = f"There were headers present in the request which were not signed: {', '.join(sorted(unsigned))}"
        raise SignatureError("AccessDenied" if claim.expires else "SignatureDoesNotMatch", text)


def _payload_hash(claim: Claim, received: Received) -> str:
    """What was signed for the body, which it is compared with."""
    given = _header(received, "x-amz-content-sha256")
    if claim.expires and claim.service == "s3":
        return given or (received.head.query.get("X-Amz-Content-Sha256") or ["UNSIGNED-PAYLOAD"])[0]
    if given in _UNSIGNED or given.startswith(chunks.SIGNED):
        return given
    found = sha256(received.body).hexdigest()
    if given and not hmac.compare_digest(found.encode(), given.encode("utf-8", "replace")):
        text = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise SignatureError("XAmzContentSHA256Mismatch", text)
    return found


def _canonical_path(raw: str, service: str) -> str:
    """S3's path is encoded once; that of the others is the path as sent, without ``..``, encoded again."""
    if service == "s3":
        return "/".join(quote(unquote_to_bytes(segment), safe="-_.~") for segment in raw.split("/")) or "/"
    kept: list[str] = []
    for segment in raw.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    path = "/" + "/".join(kept) + ("/" if kept and raw.endswith("/") else "")
    return quote(path, safe="/-_.~")


def _canonical_query(raw: str, presigned: bool) -> str:
    pairs = []
    for part in raw.split("&") if raw else ():
        name, _, value = part.partition("=")
        pairs.append((quote(unquote_plus(name), safe="-_.~"), quote(unquote_plus(value), safe="-_.~")))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs) if not (presigned and name == "X-Amz-Signature"))


def _header(received: Received, name: str) -> str:
    return ",".join(value for given, value in received.headers if given == name)


def _verify_old(claim: OldClaim, received: Received, secret: str) -> None:
    """Version 2 for S3, as the S3 developer guide has it: "Signing and authenticating REST requests"."""
    if time.time() > claim.expires:
        raise SignatureError("AccessDenied", "Request has expired")
    head, query = received.head, received.head.query
    moved = {name.lower(): values[0].strip() for name, values in query.items() if name.lower().startswith("x-amz-")}
    amazon = moved | {name: _header(received, name) for name, _ in received.headers if name.startswith("x-amz-")}
    kept = sorted(name for name in query if _SUBRESOURCES.fullmatch(name))
    values = [f"{name}={query[name][0]}" if query[name][0] else name for name in kept]
    resource = received.raw_path + ("?" + "&".join(values) if values else "")
    standard = [_header(received, name) or (query.get(name) or [""])[0] for name in ("content-md5", "content-type")]
    lines = [head.method, *standard, str(claim.expires), *(f"{name}:{amazon[name]}" for name in sorted(amazon))]
    text = "\n".join((*lines, resource))
    expected = base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha1")).decode()
    if not hmac.compare_digest(expected.encode(), claim.signature.encode("utf-8", "replace")):
        raise SignatureError("SignatureDoesNotMatch", _MISMATCH)
