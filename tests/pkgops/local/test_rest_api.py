"""Contract: REST APIs (polyfills rest_requests, rest_responses, rest_permission, rest_validation)."""

from __future__ import annotations

import copy
import json

import httpx
import pytest

from pkgops.local.urls import reachable
from tests.pkgops.local.rest_template import template

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def stack(aws, role):
    from tests.pkgops.local.conftest import Stack

    made = Stack(aws, "contract-rest-api")
    aws("cloudformation").create_stack(StackName=made.name, TemplateBody=json.dumps(template(role)))
    yield made.settled()
    made.delete()


@pytest.fixture(scope="module")
def api(stack, emulator):
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    with httpx.Client(base_url=reachable(stack.outputs["ApiUrl"], emulator.endpoint)) as client:
        yield client


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


@pytest.mark.parametrize("name", ["boom", "plain", "extra", "object"])
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


def test_the_gateway_needs_a_permission(api):
    answer = api.get("/hidden")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal server error"})


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


def test_a_body_its_model_allows_arrives(api):
    event = api.post("/packages/signup", json={"email": "a@example.com"}).raise_for_status().json()
    assert json.loads(event["body"]) == {"email": "a@example.com"}


def test_a_changed_template_changes_the_validator(aws, stack, role, api):
    changed = copy.deepcopy(template(role))
    del changed["Resources"]["PostSignup"]["Properties"]["RequestValidatorId"]
    assert stack.update(changed).status == "UPDATE_COMPLETE"
    assert api.post("/packages/signup", json={"email": 1}).status_code == 200
    assert stack.update(template(role)).status == "UPDATE_COMPLETE"
    assert api.post("/packages/signup", json={"email": 1}).status_code == 400
