"""Contract: what a client of an HTTP API is given."""

from __future__ import annotations

import json

import httpx
import pytest

from pkgops.local.urls import reachable
from tests.pkgops.local.conftest import Stack
from tests.pkgops.local.polyfills.apigateway.http_template import ORIGIN, template

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def api(aws, role, emulator):
    stack = Stack(aws, "contract-http-api")
    aws("cloudformation").create_stack(StackName=stack.name, TemplateBody=json.dumps(template(role)))
    assert stack.expected().status == "CREATE_COMPLETE", stack.reasons
    with httpx.Client(
        base_url=reachable(stack.outputs["ApiUrl"], emulator.endpoint), headers={"Origin": ORIGIN}
    ) as client:
        yield client
    stack.delete()


@pytest.mark.parametrize("name", ["boom", "status", "object", "large", "lines", "name", "cookie", "early"])
def test_what_is_no_response_shows_nothing_of_itself(api, name):
    answer = api.get(f"/echo/{name}")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_a_response_may_have_no_body(api):
    answer = api.get("/echo/none")
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_status_may_be_text_and_headers_numbers(api):
    answer = api.get("/echo/text")
    assert (answer.status_code, answer.headers["x-yes"], answer.headers["x-count"]) == (201, "true", "3")


def test_any_value_without_a_status_is_the_body(api):
    assert api.get("/echo/plain").json() == {"plain": "/echo/plain"}


def test_an_integration_that_takes_too_long_is_given_up(api):
    answer = api.get("/slow")
    assert (answer.status_code, answer.json()) == (503, {"message": "Service Unavailable"})


def test_a_function_without_concurrency_is_unavailable(api):
    answer = api.get("/stopped")
    assert (answer.status_code, answer.json()) == (503, {"message": "Service Unavailable"})


@pytest.mark.parametrize("size", [6_400_000, 10_500_000])
def test_a_request_that_is_too_large_is_refused(api, size):
    answer = api.post("/echo/post", content=b"x" * size, headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()) == (413, {"message": "Request Entity Too Large"})
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_every_answer_has_an_id_and_a_handler_knows_it(api):
    answers = [api.get(path) for path in ("/echo/id", "/echo/id", "/echo/boom", "/nowhere")]
    ids = [answer.headers["apigw-requestid"] for answer in answers]
    assert len(set(ids)) == 4
    assert [answer.json()["id"] for answer in answers[:2]] == ids[:2]


def test_errors_of_the_gateway_are_readable_by_the_page(api):
    missing = api.get("/nowhere")
    assert (missing.status_code, missing.headers["access-control-allow-origin"]) == (404, ORIGIN)
    assert "access-control-allow-origin" not in api.get("/nowhere", headers={"Origin": "https://evil.example"}).headers
