"""The requests that deployed APIs have answered: what is kept of them, and who may read it."""

from __future__ import annotations

import httpx
import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.local.home import REQUESTS_PATH

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


def test_only_root_reads_them(emulator: Emulator) -> None:
    answer = httpx.get(f"{emulator.endpoint}{REQUESTS_PATH}", trust_env=False, timeout=60)
    assert answer.status_code == 403


def test_a_number_of_an_emulator_that_has_ended_hides_nothing(emulator: Emulator, api: str) -> None:
    httpx.get(f"{emulator.endpoint}/_aws/execute-api/{api}/$default/", trust_env=False, timeout=60)
    assert emulator.requests(10**9) != []
