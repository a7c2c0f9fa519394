"""Every WebSocket API answers on a port of its own, from whose address programs derive where they post."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pkgops.local.client.distributions import local_value, own_hosts
from pkgops.local.client.emulator import Emulator
from pkgops.local.home import Home
from tests.emulator import ACCOUNT, REGION
from tests.pkgops.local.conftest import Stack
from tests.pkgops.local.polyfills.apigateway.websocket_template import template

pytestmark = pytest.mark.emulator

PAGE = {"Origin": "https://page.example"}
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


@pytest.fixture(scope="module")
def socket(aws, role):
    made = Stack(aws, "contract-socket-ports")
    aws("cloudformation").create_stack(StackName=made.name, TemplateBody=json.dumps(template(role)))
    assert made.expected().status == "CREATE_COMPLETE", made.reasons
    yield made
    made.delete()


@pytest.fixture
def shown(socket: Stack, emulator: Emulator) -> str:
    """The address of the API's stage, as outputs show it."""
    return local_value(f"wss://{socket.physical('Api')}.execute-api.{REGION}.amazonaws.com/live", emulator.endpoint)


def derived(address: str) -> str:
    """The management endpoint, as programs derive it: the scheme goes, the host is first, the stage second."""
    host, stage = address.partition("://")[2].split("/")[:2]
    return f"https://{host}/{stage}"


def manager(emulator: Emulator, address: str, secret: str = "") -> Any:
    """A client of the management endpoint that trusts the home's certificate."""
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=derived(address),
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=secret or emulator.credentials().secret,
        verify=str(Home(emulator.home).certificate),
        config=Config(retries={"total_max_attempts": 1}),
    )


async def identified(connection: aiohttp.ClientWebSocketResponse) -> str:
    """The connection's id, which the answer of a route that fails has."""
    await connection.send_str('{"action": "barred"}')
    return str((await connection.receive_json(timeout=20))["connectionId"])


@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_who_derives_the_endpoint_from_the_address_posts_to_a_connection(socket, emulator, shown, scheme):
    assert urlsplit(shown).path == "/live"
    gateway = manager(emulator, shown)
    trusted = ssl.create_default_context(cafile=str(Home(emulator.home).certificate))
    address = f"{scheme}://{shown.partition('://')[2]}?userId=u&jobId=j"

    async def scene() -> str:
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(address, ssl=trusted, headers=PAGE) as connection,
        ):
            id = await identified(connection)
            await asyncio.to_thread(gateway.post_to_connection, ConnectionId=id, Data=b'{"type":"step_progress"}')
            assert await connection.receive_json(timeout=20) == {"type": "step_progress"}
            assert await asyncio.to_thread(gateway.get_connection, ConnectionId=id)
            with pytest.raises(ClientError, match="signature we calculated does not match"):
                await asyncio.to_thread(
                    manager(emulator, shown, "wrong").post_to_connection, ConnectionId=id, Data=b"no"
                )
            await asyncio.to_thread(gateway.delete_connection, ConnectionId=id)
            below = connection.get_extra_info("socket")
            assert (await connection.receive(timeout=20)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
            async with asyncio.timeout(20):  # the session no longer knows of it, and does not wait until TLS has ended
                while below.fileno() != -1:
                    await asyncio.sleep(0.01)
            return id

    gone = asyncio.run(scene())
    with pytest.raises(gateway.exceptions.GoneException):
        gateway.post_to_connection(ConnectionId=gone, Data=b"late")


def test_a_function_reaches_a_connection_of_the_port_by_its_event(shown):
    async def scene() -> None:
        async with aiohttp.ClientSession() as http, http.ws_connect(shown) as connection:
            await connection.send_str("post2")
            assert (await connection.receive(timeout=20)).data == "post2post2"

    asyncio.run(scene())


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/live",
        "/live/@connections/",
        "/live/@connections/abc?Action=ListUsers",
        "/_pkgops/identity",
        "/_ministack/reset",
        "/?Action=ListUsers",
        "/health",
        "/live/%2e%2e/_pkgops/identity",
    ],
)
def test_nothing_else_is_behind_the_port(emulator, shown, path):
    host = f"http://{urlsplit(shown).netloc}"
    for headers in ({}, PAGE, {"X-Amz-Target": "secretsmanager.ListSecrets"}):
        for method in ("GET", "POST", "PUT", "OPTIONS"):
            answer = httpx.request(method, host + path, headers=headers)
            assert answer.status_code == 403, (method, path, headers)


def test_a_connection_is_managed_by_who_signs_alone(shown):
    for method in ("GET", "POST", "DELETE"):
        answer = httpx.request(method, f"http://{urlsplit(shown).netloc}/live/@connections/abc")
        assert answer.status_code == 403  # and not 410, as the emulator says of a connection that is not there


def test_a_signature_opens_the_management_of_connections_alone(emulator, shown):
    host = f"https://{urlsplit(shown).netloc}"
    secret = emulator.credentials().secret
    keys = {"region_name": REGION, "aws_access_key_id": ACCOUNT, "aws_secret_access_key": secret}
    trusted = {"endpoint_url": host, "verify": str(Home(emulator.home).certificate)}
    for service, operation in (("lambda", "list_functions"), ("secretsmanager", "list_secrets")):
        made: Callable[..., Any] = getattr(boto3.client(service, **keys, **trusted), operation)
        with pytest.raises(ClientError) as refused:
            made()
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize(("path", "host"), [("/other", ""), ("/live/more", ""), ("/", ""), ("/live", "evil.example")])
def test_a_connection_is_opened_at_a_stage_under_a_name_of_loopback(shown, path, host):
    given = UPGRADE | ({"Host": host} if host else {})
    assert httpx.get(f"http://{urlsplit(shown).netloc}{path}", headers=given).status_code == 403


def test_a_deleted_api_gives_its_port_up(aws, emulator):
    api = aws("apigatewayv2")
    made = api.create_api(Name="brief", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")
    host = own_hosts(emulator.endpoint)[made["ApiId"]]
    assert httpx.get(f"http://{host}/").status_code == 403
    api.delete_api(ApiId=made["ApiId"])
    assert made["ApiId"] not in own_hosts(emulator.endpoint)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{host}/")
    plain = api.create_api(Name="plain", ProtocolType="HTTP")
    assert plain["ApiId"] not in own_hosts(emulator.endpoint)
    api.delete_api(ApiId=plain["ApiId"])
