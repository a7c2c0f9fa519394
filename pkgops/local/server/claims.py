"""What a request says about who has signed it, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from pkgops.local.request_head import Request, claims_query
from pkgops.local.sigv4 import ALGORITHM

_HEADER = re.compile(
    r"Credential=([^/,\s]+)/(\d{8})/([^/,\s]+)/([^/,\s]+)/aws4_request,\s*"
    r"SignedHeaders=([a-z0-9;_.-]+),\s*Signature=([0-9a-f]{64})"
)
_CREDENTIAL = re.compile(r"([^/\s]+)/(\d{8})/([^/\s]+)/([^/\s]+)/aws4_request")
_STAMP = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[0-9]{1,12}")
_LONGEST = 7 * 24 * 3600  # seconds a presigned URL may be valid
_ALGORITHM_V4A = "AWS4-ECDSA-P256-SHA256"


class SignatureError(Exception):
    """The request's credentials do not count; ``code`` is AWS's word for why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Claim:
    """Credentials as they stand in a request. ``signed`` are the names of the signed headers; ``stamp`` is the time of
    the signature (YYYYMMDDTHHMMSSZ), ``expires`` for how many seconds it is valid, 0 for a signature in the headers."""

    key: str
    date: str
    region: str
    service: str
    signed: tuple[str, ...]
    signature: str
    stamp: str
    token: str
    expires: int = 0

    @property
    def scope(self) -> str:
        """The credential's scope."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"

    @property
    def time(self) -> int:
        """The time of the signature in epoch seconds; SignatureError if it is none."""
        found = _STAMP.fullmatch(self.stamp)
        try:
            if found is None or self.stamp[:8] != self.date:
                raise ValueError(self.stamp)
            year, month, day, hour, minute, second = map(int, found.groups())  # a tenth of what strptime takes
            return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
        except ValueError as error:
            raise SignatureError("IncompleteSignature", f"{self.stamp!r} is not the time of a signature.") from error


@dataclass(frozen=True, slots=True)
class OldClaim:
    """The credentials of a URL that is presigned with version 2, as boto3 does by default; ``expires`` is in epoch
    seconds."""

    key: str
    signature: str
    expires: int
    token: str


def claim(request: Request) -> Claim | OldClaim | None:
    """The credentials in a request's headers or query; None if there are none, SignatureError if they are in neither
    of the forms that can be checked."""
    authorization = request.headers.get("authorization", "")
    in_header = authorization.startswith(("AWS4-", "AWS "))
    if in_header and claims_query(request):
        raise SignatureError("InvalidArgument", "A request carries its credentials in the headers or in the query.")
    if in_header:
        return _in_header(request, authorization)
    if not claims_query(request):
        return None
    repeated = [name for name, values in request.query.items() if len(values) > 1 and name.lower().startswith("x-amz")]
    if repeated:
        raise SignatureError("IncompleteSignature", f"{repeated[0]} stands more than once in the query.")
    return _old(request) if "AWSAccessKeyId" in request.query else _in_query(request)


def _in_header(request: Request, authorization: str) -> Claim:
    algorithm, _, rest = authorization.partition(" ")
    _check_algorithm(algorithm)
    found = _HEADER.fullmatch(rest.strip())
    if found is None:
        raise SignatureError("IncompleteSignature", "The Authorization header is incomplete.")
    key, date, region, service, signed, signature = found.groups()
    stamp, token = request.headers.get("x-amz-date", ""), request.headers.get("x-amz-security-token", "")
    return Claim(key, date, region, service, tuple(signed.split(";")), signature, stamp, token)


def _in_query(request: Request) -> Claim:
    _check_algorithm(_value(request, "X-Amz-Algorithm"))
    found = _CREDENTIAL.fullmatch(_value(request, "X-Amz-Credential"))
    signature, expires = _value(request, "X-Amz-Signature"), _value(request, "X-Amz-Expires")
    if found is None or not _SIGNATURE.fullmatch(signature) or not _NUMBER.fullmatch(expires):
        text = "A presigned URL needs X-Amz-Credential, X-Amz-Signature and X-Amz-Expires."
        raise SignatureError("AuthorizationQueryParametersError", text)
    if not 0 < int(expires) <= _LONGEST:
        raise SignatureError("AuthorizationQueryParametersError", f"X-Amz-Expires is between 1 and {_LONGEST}.")
    key, date, region, service = found.groups()
    signed = tuple(_value(request, "X-Amz-SignedHeaders").split(";"))
    stamp, token = _value(request, "X-Amz-Date"), _value(request, "X-Amz-Security-Token")
    return Claim(key, date, region, service, signed, signature, stamp, token, int(expires))


def _old(request: Request) -> OldClaim:
    expires = _value(request, "Expires")
    if not _NUMBER.fullmatch(expires):
        raise SignatureError("AccessDenied", "A presigned URL needs Expires.")
    return OldClaim(
        _value(request, "AWSAccessKeyId"),
        _value(request, "Signature"),
        int(expires),
        _value(request, "x-amz-security-token"),
    )


def _check_algorithm(algorithm: str) -> None:
    if algorithm == _ALGORITHM_V4A:
        text = f"The emulator checks no SigV4A signatures ({algorithm}): sign with {ALGORITHM}."
        raise SignatureError("InvalidRequest", text)
    if algorithm != ALGORITHM:
        text = f"The emulator checks no signatures of this kind: sign with {ALGORITHM}."
        raise SignatureError("InvalidRequest", text)


def _value(request: Request, name: str) -> str:
    values = request.query.get(name, [])
    return values[0] if len(values) == 1 else ""
