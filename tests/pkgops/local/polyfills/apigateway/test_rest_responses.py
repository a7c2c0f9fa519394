"""Contract: what a client of a REST API is given."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("path", ["/nothing/here", "/packages", "/"])
def test_an_unknown_route_is_a_missing_token_with_cors(api, path):
    answer = api.get(path)
    assert (answer.status_code, answer.json()) == (403, {"message": "Missing Authentication Token"})
    assert answer.headers["access-control-allow-origin"] == "https://pkgwatch.dev"
    assert answer.headers["access-control-allow-credentials"] == "true"


def test_a_method_the_resource_lacks_is_a_missing_token(api):
    answer = api.delete("/packages/npm/lodash")
    assert (answer.status_code, answer.json()) == (403, {"message": "Missing Authentication Token"})


def test_a_preflight_has_its_headers_and_no_body(api):
    asked = {"Origin": "https://pkgwatch.dev", "Access-Control-Request-Method": "GET"}
    answer = api.options("/packages/npm/%40babel%2Fcore", headers=asked)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "https://pkgwatch.dev"
    assert answer.headers["vary"] == "Origin"


def test_a_page_may_call_a_deployed_api(api):
    assert api.get("/packages/npm/lodash", headers={"Origin": "https://pkgwatch.dev"}).status_code == 200


@pytest.mark.parametrize("name", ["boom", "plain", "extra", "object", "lines", "several"])
def test_a_failing_handler_shows_nothing_of_itself(api, name):
    answer = api.get(f"/packages/npm/{name}")
    assert (answer.status_code, answer.json()) == (502, {"message": "Internal server error"})
    assert answer.headers["access-control-allow-origin"] == "https://pkgwatch.dev"


def test_an_integration_that_takes_too_long_is_given_up(api):
    answer = api.get("/packages/slow")
    assert (answer.status_code, answer.json()) == (504, {"message": "Endpoint request timed out"})


def test_several_cookies_and_numbers_in_headers(api):
    answer = api.get("/packages/npm/cookies")
    assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert answer.headers["x-count"] == "3"
    assert answer.content == b""


def test_large_answers_are_compressed_for_those_who_ask(api):
    packed = api.get("/packages/npm/large")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == "x" * 5000
    assert "content-encoding" not in api.get("/packages/npm/large", headers={"Accept-Encoding": "identity"}).headers
    assert "content-encoding" not in api.get("/packages/npm/cookies").headers
