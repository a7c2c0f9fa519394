"""Presigned URLs anybody can write: what cannot be a signature, a time or a number is refused before it is used."""

from __future__ import annotations

import pytest

from pkgops.local.request_head import Request
from pkgops.local.server.claims import Claim, SignatureError, claim

QUERY = {
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "A/{date}/us-east-1/s3/aws4_request",
    "X-Amz-Date": "20260101T000000Z",
    "X-Amz-Expires": "60",
    "X-Amz-SignedHeaders": "host",
    "X-Amz-Signature": "0" * 64,
}


def read(query: dict[str, str]) -> int:
    """The time of the signature."""
    dated = {name: [value.format(date=query.get("X-Amz-Date", "")[:8])] for name, value in query.items()}
    found = claim(Request("GET", "127.0.0.1", "/bucket/key", dated, {}))
    assert found is not None
    return found.time if isinstance(found, Claim) else found.expires


def test_a_presigned_url_says_when_it_was_signed() -> None:
    assert read(QUERY) == 1_767_225_600


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Amz-Date", "00000000T000000Z"),
        ("X-Amz-Date", "20261399T996099Z"),
        ("X-Amz-Date", ""),
        ("X-Amz-Expires", "9" * 5000),
        ("X-Amz-Expires", "\N{SUPERSCRIPT TWO}"),
        ("X-Amz-Signature", "\N{LATIN SMALL LETTER U WITH DIAERESIS}" * 64),
    ],
)
def test_what_is_no_presigned_url_is_refused(name: str, value: str) -> None:
    with pytest.raises(SignatureError):
        read(QUERY | {name: value})


def test_the_old_version_has_a_number_too() -> None:
    query = {"AWSAccessKeyId": "A", "Signature": "x", "Expires": "1767225600"}
    assert read(query) == 1_767_225_600
    with pytest.raises(SignatureError):
        read(query | {"Expires": "9" * 5000})
