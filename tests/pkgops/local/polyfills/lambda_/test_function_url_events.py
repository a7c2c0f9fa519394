"""Contract: a function behind a URL learns the path and the query as they were sent."""

from __future__ import annotations

import json

import httpx
import pytest

from pkgops.local.urls import reachable
from tests.emulator import archive
from tests.pkgops.local.edge.site import behavior, distribution
from tests.pkgops.local.polyfills.cloudfront.test_function_urls import EVERYONE, function_url
from tests.pkgops.local.polyfills.cloudfront.test_origins import ALL_BUT_HOST, ECHO

pytestmark = pytest.mark.emulator

SENT = [
    ("/a%2Fb%20c/%C3%BC", "x=1&y=a+b&x=2&flag"),
    ("/%00", "q=%00%2B"),
    ("/%2e%2E", ""),
    ("/", "a=%FF"),
]


@pytest.fixture(scope="module")
def url(aws, role, emulator):
    client, name = aws("lambda"), "contract-url-events"
    code = {"ZipFile": archive({"app.py": ECHO})}
    client.create_function(FunctionName=name, Runtime="python3.12", Handler="app.handler", Role=role, Code=code)
    made = client.create_function_url_config(FunctionName=name, AuthType="NONE")
    with httpx.Client(base_url=reachable(made["FunctionUrl"], emulator.endpoint)) as client:
        yield client


def seen(text: str) -> tuple[str, str, str]:
    event = json.loads(text)
    return event["rawPath"], event["requestContext"]["http"]["path"], event["rawQueryString"]


@pytest.mark.parametrize(("path", "query"), SENT)
def test_an_event_has_the_address_as_it_was_sent(url, path, query):
    assert seen(url.get(f"{str(url.base_url).rstrip('/')}{path}?{query}").text) == (path, path, query)


def test_an_event_that_comes_by_a_distribution_has_it_with_the_origins_path(deploy, visit, role):
    made = function_url(role, "NONE", EVERYONE, OriginPath="/base")
    default = behavior("url", OriginRequestPolicyId=ALL_BUT_HOST)
    made["Distribution"] = distribution(made["Distribution"]["Properties"]["DistributionConfig"]["Origins"], default)
    visitor = visit(deploy(made))
    for path, query in SENT:
        told = f"/base{path}"
        assert seen(visitor.get(f"{path}?{query}").text) == (told, told, query)
