"""What functions of Lambda@Edge are given, and what of their answers is taken."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from pkgops.local.edge.lambda_events import InvalidError, answered_request, answered_response, event
from pkgops.local.edge.messages import Headers, Request, Response
from pkgops.local.edge.settings import CustomOrigin, Origin

CONFIG = {"distributionDomainName": "d1.cloudfront.net", "distributionId": "E1", "requestId": "r"}
BUCKET = Origin("b", "b.s3.eu-west-1.amazonaws.com", "/v1", (("X-Key", "k"),), identity="OAI")
CUSTOM = Origin("c", "example.com", custom=CustomOrigin("http-only", 8080))
LINES = [("Host", "d1.cloudfront.net"), ("Cookie", "a=1; b=2"), ("X-Two", "1"), ("x-two", "2"), ("Connection", "close")]
REQUEST = Request("POST", "/a%20b", "x=1", Headers(LINES), b"the body", client="198.51.100.1")
RESPONSE = Response(404, Headers([("Content-Type", "text/html"), ("X-Cache", "Miss")]), b"<p>", "Not Found")


def shown(kind: str, **more: Any) -> Any:
    return event(kind, CONFIG, REQUEST, **more)["Records"][0]["cf"]


def echoed(kind: str, **changes: Any) -> Any:
    """What a function answers that returns the request it was given, with changes."""
    return shown(kind)["request"] | changes


def test_a_viewer_request_has_the_documented_shape():
    assert shown("viewer-request") == {
        "config": CONFIG | {"eventType": "viewer-request"},
        "request": {
            "clientIp": "198.51.100.1",
            "method": "POST",
            "uri": "/a%20b",
            "querystring": "x=1",
            "headers": {
                "host": [{"key": "Host", "value": "d1.cloudfront.net"}],
                "cookie": [{"key": "Cookie", "value": "a=1; b=2"}],
                "x-two": [{"key": "X-Two", "value": "1"}, {"key": "x-two", "value": "2"}],
            },
        },
    }


def test_origins_are_described_by_their_kind():
    described = shown("origin-request", origin=BUCKET)["request"]["origin"]
    headers = {"x-key": [{"key": "X-Key", "value": "k"}]}
    about = {"domainName": BUCKET.domain, "path": "/v1", "customHeaders": headers}
    assert described == {"s3": about | {"authMethod": "origin-access-identity", "region": "eu-west-1"}}
    custom = shown("origin-request", origin=CUSTOM)["request"]["origin"]["custom"]
    assert (custom["protocol"], custom["port"], custom["readTimeout"], custom["keepaliveTimeout"]) == (
        "http",
        8080,
        30,
        5,
    )


def test_a_response_event_has_the_request_and_a_status_as_text():
    found = shown("origin-response", response=RESPONSE)
    assert found["request"]["uri"] == "/a%20b"
    assert (found["response"]["status"], found["response"]["statusDescription"]) == ("404", "Not Found")
    assert "body" not in found["response"]
    assert list(found["response"]["headers"]) == ["content-type"]


@pytest.mark.parametrize(("kind", "limit"), [("viewer-request", 40_960), ("origin-request", 1_048_576)])
def test_a_body_is_included_up_to_its_limit(kind, limit):
    for size, cut in ((limit, False), (limit + 1, True)):
        request = Request("POST", "/", "", Headers(), b"x" * size)
        body = event(kind, CONFIG, request, body=True)["Records"][0]["cf"]["request"]["body"]
        assert body["inputTruncated"] is cut
        assert len(base64.b64decode(body["data"])) == limit
        assert (body["action"], body["encoding"]) == ("read-only", "base64")


def test_what_a_function_changes_of_a_request_is_taken():
    answer = echoed("viewer-request", uri="/other", querystring="y=2")
    answer["headers"]["x-new"] = [{"value": "without a key"}]
    del answer["headers"]["x-two"]
    changed, _ = answered_request("viewer-request", answer, REQUEST, None)
    assert (changed.uri, changed.query, changed.headers.get("x-new")) == ("/other", "y=2", "without a key")
    assert "x-two" not in changed.headers
    assert changed.headers.get("connection") == "close"  # what the function does not see stays
    assert changed.body == b"the body"


def test_a_body_is_replaced_only_on_request():
    for action, expected in (("read-only", b"the body"), ("replace", b"new")):
        body = {"action": action, "encoding": "text", "data": "new"}
        changed, _ = answered_request("viewer-request", echoed("viewer-request", body=body), REQUEST, None)
        assert changed.body == expected


@pytest.mark.parametrize(
    ("kind", "name"), [("viewer-request", "host"), ("viewer-request", "via"), ("origin-request", "if-none-match")]
)
def test_read_only_headers_stay_as_they_are(kind, name):
    answer = echoed(kind)
    answer["headers"][name] = [{"key": name, "value": "changed"}]
    with pytest.raises(InvalidError, match="read-only header"):
        answered_request(kind, answer, REQUEST, BUCKET)


def test_an_origin_request_may_change_the_host_and_the_origin():
    about = {"domainName": "other.example", "port": 81, "protocol": "http", "path": "/p", "customHeaders": {}}
    answer = echoed("origin-request", origin={"custom": about})
    answer["headers"]["host"] = [{"key": "Host", "value": "other.example"}]
    changed, origin = answered_request("origin-request", answer, REQUEST, BUCKET)
    assert changed.headers.get("host") == "other.example"
    assert origin is not None
    assert origin.custom is not None
    assert (origin.domain, origin.path, origin.custom.http_port, origin.identity) == ("other.example", "/p", 81, "")


@pytest.mark.parametrize(
    "change",
    [
        {"uri": "relative"},
        {"uri": "/" + "x" * 8192},
        {"querystring": 3},
        {"method": "GET"},
        {"headers": []},
        {"headers": {"x-a": "text"}},
        {"headers": {"x-a": [{"key": "X-B", "value": "1"}]}},
        {"headers": {"x-a": [{"key": "X-A", "value": "1\r\nX-B: 2"}]}},
        {"headers": {"x-a": [{"key": "X-A"}]}},
        {"headers": {"connection": [{"key": "Connection", "value": "close"}]}},
        {"headers": {"x-edge-location": [{"value": "here"}]}},
        {"body": {"action": "replace", "encoding": "text", "data": "x" * 40_961}},
        {"body": {"action": "replace", "encoding": "base64", "data": "no base64"}},
    ],
)
def test_requests_that_are_none_are_refused(change):
    answer = echoed("viewer-request")
    answer = answer | change | {"headers": change.get("headers", answer["headers"])}
    if isinstance(change.get("headers"), dict):
        answer["headers"] = echoed("viewer-request")["headers"] | change["headers"]
    with pytest.raises(InvalidError):
        answered_request("viewer-request", answer, REQUEST, None)


def test_a_made_response_is_taken():
    answer = {
        "status": "302",
        "statusDescription": "Found",
        "headers": {
            "location": [{"key": "Location", "value": "/login"}],
            "set-cookie": [{"value": "a=1"}, {"value": "b=2"}],
        },
        "body": base64.b64encode(b"\x00binary").decode(),
        "bodyEncoding": "base64",
    }
    made = answered_response("viewer-request", answer, None)
    assert (made.status, made.reason, made.body) == (302, "Found", b"\x00binary")
    assert list(made.headers) == [("Location", "/login"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"status": "abc"},
        {"status": 99},
        {"status": "600"},
        {"status": True},
        {"status": 200, "body": 3},
        {"status": 200, "body": "a", "bodyEncoding": "rot13"},
        {"status": 200, "headers": {"x-cache": [{"value": "Hit"}]}},
        {"status": 200, "headers": {"content-length": [{"value": "1"}]}},
        {"status": 200, "body": "x" * 40_961},
    ],
)
def test_responses_that_are_none_are_refused(answer):
    with pytest.raises(InvalidError):
        answered_response("viewer-request", answer, None)


def test_a_made_response_may_be_as_long_as_its_event_allows():
    assert len(answered_response("viewer-request", {"status": 200, "body": "x" * 40_960}, None).body) == 40_960
    assert len(answered_response("origin-request", {"status": 200, "body": "x" * 1_048_576}, None).body) == 1_048_576
    with pytest.raises(InvalidError, match="1048576 are allowed"):
        answered_response("origin-request", {"status": 200, "body": "x" * 1_048_577}, None)


def test_a_changed_response_keeps_its_body_unless_it_is_replaced():
    answer = shown("origin-response", response=RESPONSE)["response"]
    assert answered_response("origin-response", answer, RESPONSE).body == b"<p>"
    changed = answered_response("origin-response", answer | {"status": 200, "body": "new"}, RESPONSE)
    assert (changed.status, changed.body, changed.headers.get("x-cache")) == (200, b"new", "Miss")


def test_a_viewer_response_keeps_its_status_and_body():
    answer = shown("viewer-response", response=RESPONSE)["response"]
    assert answered_response("viewer-response", answer | {"body": "new"}, RESPONSE).body == b"<p>"
    with pytest.raises(InvalidError, match="cannot change the status"):
        answered_response("viewer-response", answer | {"status": "200"}, RESPONSE)
