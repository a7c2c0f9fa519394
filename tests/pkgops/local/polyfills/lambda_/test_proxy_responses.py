"""Contract: what a client of a function's URL is given."""

from __future__ import annotations

import httpx
import pytest

from pkgops.local.urls import reachable

pytestmark = pytest.mark.emulator
HANDLER = """
def handler(event, context):
    wanted = event["rawPath"]
    if wanted == "/boom": raise RuntimeError("secret detail")
    if wanted == "/status": return {"statusCode": "many", "body": "x"}
    if wanted == "/object": return {"statusCode": 200, "body": {"not": "text"}}
    if wanted == "/large": return {"statusCode": 200, "body": "x" * 7_000_000}
    if wanted == "/lines": return {"statusCode": 200, "headers": {"X-Line": "a\\nb"}, "body": "x"}
    return {"plain": len(event.get("body") or "")}
"""
ORIGIN = "https://shop.example"


@pytest.fixture(scope="module")
def url(aws, role, emulator):
    from tests.emulator import archive

    client, name = aws("lambda"), "contract-url-responses"
    client.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": archive({"app.py": HANDLER})},
    )
    made = client.create_function_url_config(
        FunctionName=name, AuthType="NONE", Cors={"AllowOrigins": [ORIGIN], "AllowMethods": ["*"]}
    )
    with httpx.Client(base_url=reachable(made["FunctionUrl"], emulator.endpoint), headers={"Origin": ORIGIN}) as client:
        yield client


@pytest.mark.parametrize("path", ["/boom", "/status", "/object", "/large", "/lines"])
def test_what_is_no_response_shows_nothing_of_itself(url, path):
    answer = url.get(path)
    assert (answer.status_code, answer.text) == (502, "Internal Server Error")
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_any_value_without_a_status_is_the_body(url):
    assert url.post("/", content=b"abc", headers={"Content-Type": "text/plain"}).json() == {"plain": 3}


def test_a_request_of_more_than_six_megabytes_is_refused(url):
    refused = url.post("/", content=b"x" * 6_400_000, headers={"Content-Type": "text/plain"})
    assert refused.status_code == 413
    assert refused.headers["access-control-allow-origin"] == ORIGIN
