"""Contract: a refused body is answered with what is wrong with it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{"email": 1}', '[instance type (integer) does not match any allowed primitive type (allowed: ["string"])]'),
        (
            '{"email": "a@b.co", "more": 1}',
            '[object instance has properties which are not allowed by the schema: ["more"]]',
        ),
        ("{}", '[object has missing required properties (["email"])]'),
        ('{"email": "nobody"}', '[string "nobody" is not a valid email address]'),
        ("not json", "Invalid request body"),
        ("", "Invalid request body"),
    ],
)
def test_a_body_its_model_does_not_allow_is_refused(api, body, text):
    answer = api.post("/packages/signup", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "validation_error"
    assert error["message"] == text
    assert answer.headers["access-control-allow-origin"] == "https://pkgwatch.dev"
