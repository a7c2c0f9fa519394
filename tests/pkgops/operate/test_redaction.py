"""Redaction of secrets that were entered into a resource by hand."""

from __future__ import annotations

import pytest

from pkgops.operate.redaction import REDACTED, redact, redact_text


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Environment/Variables/STRIPE_SECRET", "anything"),
        ("Environment/Variables/API_KEY", "0123"),
        ("Environment/Variables/DB_PASSWORD", "hunter2"),
        ("Environment/Variables/DB_PASS", "hunter2"),
        ("SecretString", "hunter2"),
        ("Environment/Variables/HARMLESS", "sk_live_" + "abcdefghijklmnop1234"),
        ("Environment/Variables/HARMLESS", "AKIA" + "ABCDEFGHIJKLMNOP"),
        ("Environment/Variables/DATABASE", "postgres://me:" + "hunter2@host/db"),
        ("Value", "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0.c2lnbmF0dXJl"),
    ],
)
def test_what_is_named_or_shaped_like_a_secret(path: str, value: str) -> None:
    assert redact(value, path) == REDACTED


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("Timeout", 7),
        ("Environment/Variables/SECRET_NAME", "pkgwatch/stripe"),
        ("Environment/Variables/STRIPE_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:1:secret:x"),
        ("Environment/Variables/STRIPE_SECRET", "arn:aws:secretsmanager:us-east-1:1:secret:x"),
        ("Environment/Variables/PASSWORD", "{{resolve:secretsmanager:x}}"),
        ("Tags/0/Key", "Project"),
        ("Environment/Variables/STAGE", "dev"),
    ],
)
def test_what_is_none_is_shown(path: str, value: object) -> None:
    assert redact(value, path) == value


def test_inside_structures_the_rest_is_shown() -> None:
    given = {
        "Variables": {"TOKEN": "abc", "STAGE": "dev"},
        "Tags": [{"Key": "api-token", "Value": "abc"}, {"Key": "Owner", "Value": "me"}],
    }
    assert redact(given, "Environment") == {
        "Variables": {"TOKEN": REDACTED, "STAGE": "dev"},
        "Tags": [{"Key": "api-token", "Value": REDACTED}, {"Key": "Owner", "Value": "me"}],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"api_key":"abc","id":7}', f'{{"api_key": "{REDACTED}", "id": 7}}'),
        ('{"id":7}', '{"id":7}'),
        ("sk_live_" + "abcdefghijklmnop1234", REDACTED),
        ("no JSON {", "no JSON {"),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_a_text_may_be_json(text: str, expected: str) -> None:
    assert redact_text(text) == expected
