"""Contract: what a handler behind a REST API is given."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize(
    ("path", "ecosystem", "name"),
    [
        ("/packages/npm/lodash", "npm", "lodash"),
        ("/packages/npm/%40babel%2Fcore", "npm", "%40babel%2Fcore"),
        ("/packages/npm/@babel%2fcore", "npm", "@babel%2fcore"),
        ("/packages/pypi/zope.interface", "pypi", "zope.interface"),
        ("/packages/npm/a%20b", "npm", "a%20b"),
        ("/packages/npm/lodash/", "npm", "lodash"),
    ],
)
def test_path_parameters_arrive_as_they_were_sent(api, path, ecosystem, name):
    event = api.get(path).raise_for_status().json()
    assert event["pathParameters"] == {"ecosystem": ecosystem, "name": name}
    assert event["resource"] == "/packages/{ecosystem}/{name}"


def test_an_encoded_slash_never_makes_another_route(api):
    assert api.get("/packages/npm/%40babel/core").status_code == 403
    assert api.get("/packages%2Fnpm/lodash").status_code == 403


def test_headers_keep_their_names_and_all_values(api):
    headers = [("X-API-Key", "pw_1"), ("X-Many", "a"), ("X-Many", "b"), ("Cookie", "session=1")]
    event = api.get("/packages/npm/lodash?x=1&x=2&y=", headers=headers).json()
    assert event["headers"]["X-API-Key"] == "pw_1"
    assert event["headers"]["X-Many"] == "b"
    assert event["headers"]["Cookie"] == "session=1"
    assert event["multiValueHeaders"]["X-Many"] == ["a", "b"]
    assert event["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"], "y": [""]}
    assert event["body"] is None


def test_the_request_context_is_complete_and_its_id_is_answered(api):
    answer = api.get("/packages/npm/lodash", headers={"X-Forwarded-For": "10.9.8.7"})
    context = answer.json()["requestContext"]
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["identity"]["userAgent"].startswith("python-httpx")
    assert context["stage"] == "v1"
    assert context["resourcePath"] == "/packages/{ecosystem}/{name}"
    assert context["domainName"].endswith(".execute-api.us-east-1.amazonaws.com")
    assert answer.headers["x-amzn-requestid"] == context["requestId"]
    assert api.get("/nowhere").headers["x-amzn-requestid"] not in ("", context["requestId"])
