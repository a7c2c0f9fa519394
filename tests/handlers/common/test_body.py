"""Bodies are taken as their shape says, or refused with the contract's code."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from handlers.common.body import parse
from handlers.common.request import BodyRefused, Request
from handlers.pkgwatch.web.http import serve
from tests.handlers.gateway import Context


class Shape(msgspec.Struct):
    email: str
    amount: int = 1
    note: str | None = None


def taken(body: str | None, **event: Any) -> Shape:
    return parse(Request({"body": body, **event}), Shape, email="invalid_email", amount="invalid_amount")


def test_a_body_in_shape() -> None:
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
def test_bodies_out_of_shape(body: str | None, code: str) -> None:
    with pytest.raises(BodyRefused) as refused:
        taken(body)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")
    assert "`" not in refused.value.message


def test_a_body_that_is_not_base64() -> None:
    with pytest.raises(BodyRefused):
        taken("{}", isBase64Encoded=True)


@pytest.mark.parametrize("identified", [True, False])
def test_a_refused_body_is_answered_with_400(environment: Any, identified: bool) -> None:
    event = {"body": '{"email": 5}', "requestContext": {"requestId": "r"}}

    def never(request: Request) -> Any:
        return parse(request, Shape, email="invalid_email")

    answer = serve(event, Context(), never, identified=identified)
    error = msgspec.json.decode(answer["body"])["error"]
    assert (answer["statusCode"], error["code"]) == (400, "invalid_email")
    assert "email" in error["message"]
    assert error.get("request_id") == ("r" if identified else None)
