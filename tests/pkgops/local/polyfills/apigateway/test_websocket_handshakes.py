"""Contract: what clients learn of a connection that the function of ``$connect`` refuses."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from tests.pkgops.local.conftest import Stack
from tests.pkgops.local.polyfills.apigateway.websocket_template import gate

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def url(aws, role, emulator):
    """The address of the API's stage."""
    made = Stack(aws, "contract-socket-gate")
    aws("cloudformation").create_stack(StackName=made.name, TemplateBody=json.dumps(gate(role)))
    assert made.expected().status == "CREATE_COMPLETE", made.reasons
    yield f"{emulator.endpoint}/_aws/execute-api/{made.physical('Api')}/live"
    made.delete()


@pytest.mark.parametrize(
    ("asked", "status"),
    [("200", 101), ("204", 101), ("400", 400), ("401", 401), ("503", 503), ("99", 502), ("fail", 502)],
)
def test_a_function_that_refuses_a_connection_says_with_which_status(url: str, asked: str, status: int) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }

    async def scene() -> tuple[int, bytes]:
        async with aiohttp.ClientSession() as http, http.get(f"{url}?status={asked}", headers=upgrade) as answer:
            return answer.status, b"" if answer.status == 101 else await answer.read()

    assert asyncio.run(scene()) == (status, b"")
