"""The requests that deployed APIs have answered: what is kept of them, and who may read it."""

from __future__ import annotations

import httpx
import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.local.home import REPLAY_PATH, REQUESTS_PATH
from tests.emulator import archive

pytestmark = pytest.mark.emulator


@pytest.fixture
def api(aws, unique) -> str:
    """The id of an HTTP API without routes: it answers everything with 404."""
    made = aws("apigatewayv2").create_api(Name=unique("api"), ProtocolType="HTTP")["ApiId"]
    aws("apigatewayv2").create_stage(ApiId=made, StageName="$default", AutoDeploy=True)
    return str(made)


def test_a_request_is_kept_without_what_may_be_secret(emulator: Emulator, api: str) -> None:
    before = max((row.number for row in emulator.requests()), default=0)
    address = f"{emulator.endpoint}/_aws/execute-api/{api}/$default/orders/7?token=secret"
    answer = httpx.post(
        address, json={"password": "secret"}, headers={"x-token": "secret"}, trust_env=False, timeout=60
    )
    assert answer.status_code == 404
    (row,) = [row for row in emulator.requests(before) if row.api == api]
    assert (row.method, row.path, row.status) == ("POST", "/orders/7", 404)
    assert row.milliseconds > 0
    assert "secret" not in repr(row)
    assert emulator.requests(row.number) == []


def test_only_root_reads_and_repeats_them(emulator: Emulator) -> None:
    for method, path in (("GET", REQUESTS_PATH), ("POST", f"{REPLAY_PATH}?number=1")):
        answer = httpx.request(method, f"{emulator.endpoint}{path}", trust_env=False, timeout=60)
        assert answer.status_code == 403


ECHO = """
import json

def handler(event, context):
    seen = {name: event[name] for name in ("rawPath", "rawQueryString", "body")}
    return {"statusCode": 201, "body": json.dumps({**seen, "token": event["headers"]["x-token"]})}
"""


def test_a_request_is_sent_once_more_with_everything_it_had(emulator: Emulator, aws, unique, role) -> None:
    function = aws("lambda").create_function(
        FunctionName=unique("echo"),
        Runtime="python3.12",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": archive({"app.py": ECHO})},
    )
    apis = aws("apigatewayv2")
    made = apis.create_api(Name=unique("api"), ProtocolType="HTTP")["ApiId"]
    proxied = {"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0"}
    target = apis.create_integration(ApiId=made, IntegrationUri=function["FunctionArn"], **proxied)["IntegrationId"]
    apis.create_route(ApiId=made, RouteKey="$default", Target=f"integrations/{target}")
    apis.create_stage(ApiId=made, StageName="$default", AutoDeploy=True)
    address = f"{emulator.endpoint}/_aws/execute-api/{made}/$default/orders/a%2Fb?q=1"
    headers = {"x-token": "secret"}
    first = httpx.post(address, content=b"given", headers=headers, trust_env=False, timeout=60)
    (row,) = [row for row in emulator.requests() if row.api == made]
    assert (first.status_code, row.status, row.kept) == (201, 201, True)
    again = emulator.replay(row.number)
    assert again is not None
    assert (again.status, again.body) == (first.status_code, first.content)
    rows = [one for one in emulator.requests() if one.api == made]
    assert [one.request for one in rows][1:] == [again.request]
    assert "secret" not in repr(again)
    assert emulator.replay(10**9) is None


def test_a_long_body_is_not_kept(emulator: Emulator, api: str) -> None:
    address = f"{emulator.endpoint}/_aws/execute-api/{api}/$default/"
    httpx.post(address, content=b"x" * 300_000, trust_env=False, timeout=60)
    (row,) = [row for row in emulator.requests() if row.api == api]
    assert not row.kept
    assert emulator.replay(row.number) is None


def test_a_number_of_an_emulator_that_has_ended_hides_nothing(emulator: Emulator, api: str) -> None:
    httpx.get(f"{emulator.endpoint}/_aws/execute-api/{api}/$default/", trust_env=False, timeout=60)
    assert emulator.requests(10**9) != []
