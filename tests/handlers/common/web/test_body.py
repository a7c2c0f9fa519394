"""Bodies are parsed into their shape, or refused with the contract's code."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from handlers.common.web.body import parse
from handlers.common.web.errors import ApiError
from handlers.common.web.request import Request


class Shape(msgspec.Struct):
    email: str
    amount: int = 1
    note: str | None = None


def taken(body: str | None, **event: Any) -> Shape:
    return parse(Request({"body": body, **event}), Shape, email="invalid_email", amount="invalid_amount")


def test_a_body_that_fits_its_shape() -> None:
    assert taken('{"email": "a", "amount": 5, "unknown": []}') == Shape("a", 5)
    encoded = base64.b64encode('{"email": "ü", "note": null}'.encode()).decode()
    assert taken(encoded, isBase64Encoded=True) == Shape("ü")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{", "invalid_json"),
        ("[]", "invalid_json"),
        ("null", "invalid_json"),
        ('"text"', "invalid_json"),
        ("NaN", "invalid_json"),
        ("\ud800", "invalid_json"),
        ('{"email": "\\ud800"}', "invalid_json"),
        ("[" * 100_000, "invalid_json"),
        (None, "invalid_email"),
        ("", "invalid_email"),
        ("{}", "invalid_email"),
        ('{"email": 5}', "invalid_email"),
        ('{"email": null}', "invalid_email"),
        ('{"email": "a", "amount": "5"}', "invalid_amount"),
        ('{"email": "a", "amount": 1.5}', "invalid_amount"),
        ('{"email": "a", "amount": true}', "invalid_amount"),
        ('{"email": "a", "note": {}}', "validation_error"),
    ],
)
def test_bodies_that_do_not_fit_are_refused(body: str | None, code: str) -> None:
    with pytest.raises(ApiError) as refused:
        taken(body)
    assert (refused.value.status, refused.value.code) == (400, code)
    assert refused.value.message.endswith(".")
    assert "`" not in refused.value.message


def test_a_body_that_is_not_base64() -> None:
    with pytest.raises(ApiError):
        taken("{}", isBase64Encoded=True)
