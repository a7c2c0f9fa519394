"""Where AWS addresses lead on the emulator."""

from __future__ import annotations

import pytest

from pkgops.local.urls import reachable

HERE = "http://127.0.0.1:4566"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://a1.execute-api.us-east-1.amazonaws.com/v1", f"{HERE}/_aws/execute-api/a1/v1"),
        ("https://a1.execute-api.us-east-1.amazonaws.com/v1/", f"{HERE}/_aws/execute-api/a1/v1/"),
        (
            "https://a1.execute-api.us-east-1.amazonaws.com/v1/packages/npm/%40babel%2Fcore?x=1",
            f"{HERE}/_aws/execute-api/a1/v1/packages/npm/%40babel%2Fcore?x=1",
        ),
        ("https://a1.execute-api.us-east-1.amazonaws.com", f"{HERE}/_aws/execute-api/a1/$default"),
        ("https://a1.execute-api.us-east-1.amazonaws.com/", f"{HERE}/_aws/execute-api/a1/$default/"),
        ("wss://a1.execute-api.eu-west-1.amazonaws.com/dev", "ws://127.0.0.1:4566/_aws/execute-api/a1/dev"),
        ("wss://a1.execute-api.eu-west-1.amazonaws.com", "ws://127.0.0.1:4566/_aws/execute-api/a1"),
        ("https://u9.lambda-url.us-east-1.on.aws/", f"{HERE}/_aws/lambda-url/u9/"),
        ("https://sqs.us-east-1.amazonaws.com/123456789012/q", f"{HERE}/123456789012/q"),
        ("https://dynamodb.us-east-1.amazonaws.com", HERE),
        ("http://localhost:4566/000000000000/q", f"{HERE}/000000000000/q"),
        ("https://my-app.auth.us-east-1.amazoncognito.com", HERE),
        ("https://my-app.auth.us-east-1.amazoncognito.com/login?a=b", f"{HERE}/login?a=b"),
        ("http://b.s3-website-us-east-1.amazonaws.com", f"{HERE}/b"),
        ("https://my-bucket.s3.eu-west-1.amazonaws.com/a/b.png", f"{HERE}/my-bucket/a/b.png"),
        (
            "see https://a1.execute-api.us-east-1.amazonaws.com/v1, or not",
            f"see {HERE}/_aws/execute-api/a1/v1, or not",
        ),
    ],
)
def test_addresses_of_deployed_things_become_reachable(value, expected):
    assert reachable(value, HERE) == expected


@pytest.mark.parametrize(
    "value",
    [
        "pkgwatch-packages-local",
        "arn:aws:sns:us-east-1:000000000000:alerts",
        "https://pkgwatch.dev/docs",
        "https://s3.amazonaws.com/bucket/key",
        "d123.cloudfront.net",
        "",
    ],
)
def test_everything_else_is_left_alone(value):
    assert reachable(value, HERE) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://d1abc.cloudfront.net", "https://127.0.0.1:4666"),
        ("https://d1abc.cloudfront.net/auth/callback?x=1", "https://127.0.0.1:4666/auth/callback?x=1"),
        ("http://d1abc.cloudfront.net/", "http://127.0.0.1:4666/"),
        ("d1abc.cloudfront.net", "127.0.0.1:4666"),
        ("https://d2abc.cloudfront.net/", "https://d2abc.cloudfront.net/"),
        ("https://d1abc.cloudfront.net.example.com/", "https://d1abc.cloudfront.net.example.com/"),
    ],
)
def test_distributions_become_reachable_where_their_ports_are_known(value, expected):
    assert reachable(value, HERE, {"d1abc.cloudfront.net": "127.0.0.1:4666"}) == expected
    assert reachable(value, HERE) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("wss://a1.execute-api.us-east-1.amazonaws.com/dev", "ws://127.0.0.1:4766/dev"),
        ("wss://a1.execute-api.us-east-1.amazonaws.com", "ws://127.0.0.1:4766"),
        ("https://a1.execute-api.us-east-1.amazonaws.com/v1", f"{HERE}/_aws/execute-api/a1/v1"),
        ("wss://a2.execute-api.us-east-1.amazonaws.com/dev", "ws://127.0.0.1:4566/_aws/execute-api/a2/dev"),
    ],
)
def test_websocket_apis_have_hosts_of_their_own_where_their_ports_are_known(value, expected):
    assert reachable(value, HERE, {"a1": "127.0.0.1:4766"}) == expected
