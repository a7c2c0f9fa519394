"""Is every route there, and does each refuse what it must before it does anything?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from tests.e2e.conftest import Answer, Deployed
from tests.e2e.pkgwatch.person import member
from tests.emulator import client

pytestmark = pytest.mark.e2e

EMAIL = {"email": "nobody@example.net"}
CODES = "/account/recovery-codes"
UNAUTHORIZED = (401, "unauthorized")
# What a stranger gets: method, path of the route, body, answer. An empty code is a success.
ROUTES: list[tuple[str, str, Any, tuple[int, str]]] = [
    ("GET", "/health", None, (200, "")),
    ("GET", "/packages/{ecosystem}/{name}", None, (200, "")),
    ("POST", "/packages/request", {"name": "lodash"}, (200, "")),
    ("POST", "/scan", {"dependencies": {"a": "*"}}, (401, "invalid_api_key")),
    ("GET", "/usage", None, (401, "invalid_api_key")),
    ("GET", "/badge/{ecosystem}/{name}", None, (200, "")),
    ("POST", "/signup", {"email": "x@mailinator.com"}, (400, "disposable_email")),
    ("GET", "/verify", None, (302, "")),
    ("POST", "/auth/magic-link", EMAIL, (200, "")),
    ("GET", "/auth/callback", None, (302, "")),
    ("GET", "/auth/me", None, UNAUTHORIZED),
    ("POST", "/auth/logout", None, (200, "")),
    ("GET", "/auth/pending-key", None, UNAUTHORIZED),
    ("GET", "/api-keys/pending", None, UNAUTHORIZED),
    ("GET", "/auth/pending-recovery-codes", None, UNAUTHORIZED),
    ("POST", "/auth/resend-verification", EMAIL, (200, "")),
    ("GET", "/api-keys", None, UNAUTHORIZED),
    ("POST", "/api-keys", {"name": "ci"}, UNAUTHORIZED),
    ("DELETE", "/api-keys/{key_id}", None, UNAUTHORIZED),
    ("POST", "/checkout/create", {"tier": "pro"}, UNAUTHORIZED),
    ("POST", "/billing-portal/create", None, UNAUTHORIZED),
    ("GET", "/upgrade/preview", None, UNAUTHORIZED),
    ("POST", "/upgrade/preview", {"tier": "pro"}, UNAUTHORIZED),
    ("POST", "/upgrade/confirm", {"tier": "pro", "proration_date": 1}, UNAUTHORIZED),
    ("POST", "/webhooks/stripe", {}, (400, "missing_signature")),
    ("GET", CODES, None, UNAUTHORIZED),
    ("POST", CODES, None, UNAUTHORIZED),
    ("DELETE", CODES, None, UNAUTHORIZED),
    ("POST", "/recovery/initiate", EMAIL, (200, "")),
    ("POST", "/recovery/verify-api-key", {"recovery_session_id": "x", "api_key": "x"}, (400, "invalid_api_key")),
    ("POST", "/recovery/verify-code", {"recovery_session_id": "x", "recovery_code": "x"}, (400, "invalid_code_format")),
    ("POST", "/recovery/update-email", {"recovery_token": "x", "new_email": "a@b.example"}, (400, "invalid_token")),
    ("GET", "/recovery/confirm-email", None, (302, "")),
    ("GET", "/referral/status", None, UNAUTHORIZED),
    ("POST", "/referral/add-code", {"code": "abcdefgh"}, UNAUTHORIZED),
    ("GET", "/r/{code}", None, (302, "")),
]
# What is for everybody says how long it may be kept; anything else may be kept by nobody.
KEPT = {"/health": "no-cache", "/badge/{ecosystem}/{name}": "public, max-age=3600"}
FILLED = {"{ecosystem}": "npm", "{name}": "react", "{key_id}": "0123456789abcdef", "{code}": "abcdefgh"}
SESSIONS = [(method, path, body) for method, path, body, answer in ROUTES if answer == UNAUTHORIZED]
# Bodies the gateway refuses by its models, before a function runs.
MODELS = [path for _, path, body, _ in ROUTES if body and path not in {"/webhooks/stripe", "/referral/add-code"}]


def ask(pkgwatch: Deployed, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return pkgwatch.request(method, path, body, headers=headers)


@pytest.mark.parametrize(("method", "path", "body", "expected"), ROUTES, ids=lambda one: str(one)[:40])
def test_what_a_stranger_gets(pkgwatch: Deployed, method: str, path: str, body: Any, expected: tuple[int, str]):
    answer = ask(pkgwatch, method, path, body, **({"X-API-Key": pkgwatch.keys["pro"]} if "/packages/" in path else {}))
    assert answer.outcome == expected
    kept = KEPT.get(path, "no-store" if expected[0] == 302 else "private, no-store")
    assert answer.headers["cache-control"] == kept


def test_no_route_is_missing(pkgwatch: Deployed):
    """The deployed API has these, their preflights, and no others."""
    gateway = client(pkgwatch.emulator, "apigateway")
    api = pkgwatch.url.split("/execute-api/")[1].split("/")[0]
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api)
    resources = [row for page in pages for row in page["items"]]
    found = {(method, row["path"]) for row in resources for method in row.get("resourceMethods", {})}
    assert {route for route in found if route[0] != "OPTIONS"} == {(method, path) for method, path, *_ in ROUTES}


@pytest.mark.parametrize(("method", "path", "body"), SESSIONS, ids=lambda one: str(one)[:40])
def test_a_session_nobody_gave_out(pkgwatch: Deployed, method: str, path: str, body: Any):
    answer = ask(pkgwatch, method, path, body, Cookie="session=eyJ1c2VyX2lkIjogInVzZXJfMSJ9.00")
    assert answer.outcome == (401, "unauthorized" if path == CODES else "session_expired")
    assert answer.headers["cache-control"] == "private, no-store"


SHAPES = (
    {"user_id": "user_1", "email": "a@example.net", "tier": "pro"},
    {"user_id": "user_1", "email": "a@example.net", "exp": 9_999_999_999},
    [],
)


@pytest.mark.parametrize("content", SHAPES, ids=("no exp", "no tier", "a list"))
def test_a_token_of_another_shape_is_no_session(pkgwatch: Deployed, content: Any):
    """Signed with the right secret, as by another version."""
    stored = client(pkgwatch.emulator, "secretsmanager").get_secret_value(SecretId="pkgwatch/session-secret-local")
    secret = stored["SecretString"]
    payload = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
    token = f"{payload}.{hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()}"
    assert ask(pkgwatch, "GET", "/auth/me", Cookie=f"session={token}").outcome == (401, "session_expired")


@pytest.mark.parametrize("path", sorted(set(MODELS)))
def test_the_gateway_refuses_other_bodies(pkgwatch: Deployed, path: str):
    for body in ({"unexpected": 1}, [], "text"):
        answer = pkgwatch.request("POST", path, body)
        assert answer.outcome == (400, "validation_error"), body


def test_a_browser_may_ask_first_everywhere(pkgwatch: Deployed):
    origin = {"Origin": "https://pkgwatch.dev", "Access-Control-Request-Method": "POST"}
    for path in sorted({path for _, path, *_ in ROUTES}):
        answer = ask(pkgwatch, "OPTIONS", path, **origin)
        assert answer.status == 204, path
        assert answer.headers["access-control-allow-credentials"] == "true", path


def test_answers_take_as_long_for_strangers_as_for_members(pkgwatch: Deployed):
    """On a function with the documented floor, which the other tests are spared."""
    person = member(pkgwatch)
    function = "pkgwatch-api-magic-link-local"
    deployed = client(pkgwatch.emulator, "lambda")
    before = deployed.get_function_configuration(FunctionName=function)["Environment"]
    documented = {name: value for name, value in before["Variables"].items() if "FLOOR" not in name}
    deployed.update_function_configuration(FunctionName=function, Environment={"Variables": documented})
    try:
        took = {email: _seconds(pkgwatch, email) for email in (person.email, "nobody@example.net")}
    finally:
        deployed.update_function_configuration(FunctionName=function, Environment=before)
    assert all(seconds >= 1.5 for seconds in took.values()), took


def _seconds(pkgwatch: Deployed, email: str) -> float:
    began = time.monotonic()
    answer = pkgwatch.request("POST", "/auth/magic-link", {"email": email})
    assert json.loads(answer.body).keys() == {"message"}
    return time.monotonic() - began
