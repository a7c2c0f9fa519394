"""Contract: what clients of a WebSocket API get, and what its functions leave behind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import aiohttp
import boto3
import pytest

from pkgops.local.home import Home
from tests.emulator import ACCOUNT, REGION
from tests.pkgops.local.conftest import Stack
from tests.pkgops.local.polyfills.apigateway.websocket_template import template

pytestmark = pytest.mark.emulator

Play = Callable[[Callable[[aiohttp.ClientWebSocketResponse], Awaitable[None]]], None]


@pytest.fixture(scope="module")
def socket(aws, role):
    made = Stack(aws, "contract-socket-api")
    aws("cloudformation").create_stack(StackName=made.name, TemplateBody=json.dumps(template(role)))
    assert made.expected().status == "CREATE_COMPLETE", made.reasons
    yield made
    made.delete()


@pytest.fixture
def play(socket, emulator) -> Play:
    url = f"{emulator.endpoint}/_aws/execute-api/{socket.physical('Api')}/live".replace("http:", "ws:")

    def run(scene):
        async def whole():
            async with aiohttp.ClientSession() as http, http.ws_connect(url, max_msg_size=0) as connection:
                await scene(connection)

        asyncio.run(whole())

    return run


async def ask(connection: aiohttp.ClientWebSocketResponse, text: str) -> str:
    await connection.send_str(text)
    return str((await asyncio.wait_for(connection.receive(), 20)).data)


def test_what_a_function_returns_is_sent_only_where_the_route_asks_for_it(play):
    async def scene(connection):
        await connection.send_str("silent")
        assert await ask(connection, "post") == "post"
        told = '{"action": "told"}'
        assert await ask(connection, told) == f"returned {told}"

    play(scene)


def test_the_host_an_event_names_leads_other_programs_to_the_connection(play, emulator):
    async def scene(connection):
        _, host, name = (await ask(connection, "where")).split()
        assert host.startswith("127.0.0.1:")
        management = boto3.client(
            "apigatewaymanagementapi",
            endpoint_url=f"https://{host}",
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key=emulator.credentials().secret,
            verify=str(Home(emulator.home).certificate),
        )
        await asyncio.to_thread(management.post_to_connection, ConnectionId=name, Data=b"from elsewhere")
        assert (await asyncio.wait_for(connection.receive(), 20)).data == "from elsewhere"

    play(scene)


def test_a_message_that_cannot_be_read_is_for_the_default_route(play):
    async def scene(connection):
        await connection.send_str('{"action":' * 10_000)
        await connection.send_str("[" * 100_000)
        assert await ask(connection, "post") == "post"

    play(scene)


def test_no_message_reaches_the_routes_of_a_connections_life(play):
    async def scene(connection):
        for action in ("$connect", "$disconnect"):
            text = json.dumps({"post": "", "action": action})
            assert await ask(connection, text) == text

    play(scene)


def test_a_function_finds_its_connections_by_the_event_alone(play):
    async def scene(connection):
        assert await ask(connection, "post2") == "post2post2"

    play(scene)


def test_a_failure_is_told_without_its_reason(play):
    async def scene(connection):
        failed = json.loads(await ask(connection, "fail"))
        assert failed.keys() == {"message", "connectionId", "requestId"}
        assert failed["message"] == "Internal server error"

    play(scene)


def test_a_route_needs_the_permission_to_invoke_its_function(play):
    async def scene(connection):
        assert json.loads(await ask(connection, '{"action": "barred"}'))["message"] == "Internal server error"

    play(scene)


def test_messages_beyond_128_kb_go_neither_way(play):
    async def scene(connection):
        assert await ask(connection, "post26000") == "too large"
        assert len(await ask(connection, "post" + " " * (128 * 1024 - 5) + "1")) == 128 * 1024
        await connection.send_str("x" * (128 * 1024 + 1))
        message = await asyncio.wait_for(connection.receive(), 20)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1009)

    play(scene)


def test_invocations_are_logged_and_only_for_routes_that_exist(play, socket, aws):
    async def scene(connection):
        assert await ask(connection, "post") == "post"

    play(scene)
    group = f"/aws/lambda/{socket.physical('Default')}"
    lines = [row["message"].strip() for row in aws("logs").filter_log_events(logGroupName=group)["events"]]
    assert "route $default" in lines
    assert not {"route $connect", "route $disconnect"} & set(lines)
