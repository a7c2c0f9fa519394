"""WebSockets: what clients are answered, and whose progress they see."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Any

import aiohttp
import boto3
import pytest
import redis

from pkgops.local.home import Home
from tests.e2e.keyvex.backend import AI, PATIENCE, Backend
from tests.emulator import ACCOUNT, REGION
from tests.waiting import eventually

pytestmark = pytest.mark.e2e


async def until_completed(socket: aiohttp.ClientWebSocketResponse, session: str) -> list[dict[str, Any]]:
    """The frames of a session's progress, to the last."""
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["status"] != "completed":
        frame = await socket.receive_json(timeout=PATIENCE)
        assert frame["jobId"] == session
        seen.append(frame)
    return seen


async def ask(socket: aiohttp.ClientWebSocketResponse, text: str) -> Any:
    await socket.send_str(text)
    return await socket.receive_json(timeout=PATIENCE)


def test_two_users_see_their_own_progress_alone(backend: Backend) -> None:
    users = [backend.name("user"), backend.name("user")]
    sessions = [backend.name("session"), backend.name("session")]
    body = {"messageType": "AI_PROCESSING", "process": "magicSpark", "input": {"expertise": "tax"}}

    async def scene() -> None:
        async with aiohttp.ClientSession() as client:
            first, second, tab = [
                await client.ws_connect(f"{backend.socket}?userId={user}&jobId={session}")
                for user, session in zip([*users, users[0]], [*sessions, sessions[0]], strict=True)
            ]
            bodies = [
                {**body, "userId": user, "sessionId": session} for user, session in zip(users, sessions, strict=True)
            ]
            await asyncio.to_thread(backend.send, AI, *bodies)
            seen = await asyncio.gather(
                until_completed(first, sessions[0]),
                until_completed(second, sessions[1]),
                until_completed(tab, sessions[0]),
            )
            for frames in seen:
                statuses = [frame["status"] for frame in frames]
                assert statuses[0] == "started"
                assert {"llm_call_pending", "llm_data_received"} <= set(statuses)
                assert {frame["type"] for frame in frames} == {"step_progress"}
                assert {frame["stepName"] for frame in frames} == {"magicSpark"}
            assert (await ask(second, '{"type": "ping"}'))["type"] == "pong"  # nothing of the other's lies before it
            for socket in (first, second, tab):
                await socket.close()

    asyncio.run(scene())
    eventually(lambda: not any(connections(backend, user) for user in users))


def connections(backend: Backend, user: str) -> list[Any]:
    """The registered connections of a user, as the application asks for them."""
    found = backend.aws("dynamodb").query(
        TableName="keyvex-main-table-development",
        IndexName="GSI1",
        KeyConditionExpression="GSI1PK = :user",
        ExpressionAttributeValues={":user": {"S": f"USER#{user}"}},
    )
    return [item for item in found["Items"] if "connectionId" in item]


def test_what_clients_say_is_answered_and_strangers_are_refused(backend: Backend) -> None:
    user = backend.name("user")

    async def scene() -> None:
        async with aiohttp.ClientSession() as client:
            with pytest.raises(aiohttp.WSServerHandshakeError) as stranger:
                await client.ws_connect(f"{backend.socket}?jobId=j")
            assert stranger.value.status == 400
            async with client.ws_connect(f"{backend.socket}?userId={user}") as socket:
                assert (await ask(socket, '{"type": "ping", "timestamp": 1}'))["type"] == "pong"
                echoed = await ask(socket, '{"type": "test", "message": "hi"}')
                assert (echoed["type"], echoed["message"]) == ("echo", {"type": "test", "message": "hi"})
                assert (await ask(socket, "{broken"))["error"] == "Invalid JSON"
                (known,) = await asyncio.to_thread(connections, backend, user)
                assert known["jobId"] == {"NULL": True}

    asyncio.run(scene())
    eventually(lambda: not connections(backend, user))


def test_a_client_that_means_harm_harms_nobody(backend: Backend) -> None:
    """Whatever it sends, its own connection goes on, and another user's sees nothing of it."""
    user, other = backend.name("user"), backend.name("user")
    ping = {"type": "ping"}

    async def scene() -> None:
        async with aiohttp.ClientSession() as client:
            for refused in ("userId=", f"userId={'u' * 257}"):
                with pytest.raises(aiohttp.WSServerHandshakeError):
                    await client.ws_connect(f"{backend.socket}?{refused}")
            eve = await client.ws_connect(f"{backend.socket}?userId={user}&userId={other}x", max_msg_size=0)
            ann = await client.ws_connect(f"{backend.socket}?userId={other}")
            for text in ("[" * 100_000, '{"a":' * 20_000, '"', "\x00", "NaN", '{"a": 1e999}'):
                assert (await ask(eve, text))["error"] == "Invalid JSON"
            for action in ("$connect", "$disconnect", "$default", {"a": 1}, None, "\u202e"):
                assert (await ask(eve, json.dumps({**ping, "action": action})))["type"] == "pong"
            for said in ("null", "[]", '"text"', '{"type": ["ping"]}', '{"type": "step_progress", "userId": "u"}'):
                assert (await ask(eve, said))["message"] == json.loads(said)
            assert (await ask(eve, json.dumps("x" * 130_000)))["message"] == {"truncated": True}
            await asyncio.gather(*(eve.send_json({"type": "echo", "n": number}) for number in range(30)))
            echoed = [(await eve.receive_json(timeout=PATIENCE))["message"]["n"] for _ in range(30)]
            assert sorted(echoed) == list(range(30))
            await eve.send_str("x" * (128 * 1024 + 1))
            assert (await eve.receive(timeout=PATIENCE)).type == aiohttp.WSMsgType.CLOSE
            assert (await ask(ann, json.dumps(ping)))["type"] == "pong"  # nothing lies before it
            await ann.close()

    asyncio.run(scene())
    eventually(lambda: not any(connections(backend, one) for one in (user, other, f"{other}x")))


def test_the_application_derives_where_it_posts_from_the_address_in_its_environment(backend: Backend) -> None:
    user = backend.name("user")
    variables = backend.system.rows("env", "keyvex", "--app-compat", "--allow-missing")
    host, stage = variables["WEBSOCKET_API_URL"].partition("://")[2].split("/")
    certificate = str(Home(backend.system.emulator.home).certificate)
    gateway = boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=f"https://{host}/{stage}",
        region_name=REGION,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=backend.system.emulator.credentials().secret,
        verify=certificate,
    )

    async def scene() -> None:
        trusted = ssl.create_default_context(cafile=certificate)
        async with (
            aiohttp.ClientSession() as client,
            client.ws_connect(f"wss://{host}/{stage}?userId={user}&jobId=j", ssl=trusted) as socket,
        ):
            (known,) = await asyncio.to_thread(connections, backend, user)
            frame = {"type": "tcc_update", "jobId": "j"}
            id, data = known["connectionId"]["S"], json.dumps(frame).encode()
            await asyncio.to_thread(gateway.post_to_connection, ConnectionId=id, Data=data)
            assert await socket.receive_json(timeout=PATIENCE) == frame

    asyncio.run(scene())
    eventually(lambda: not connections(backend, user))


def test_redis_is_there_for_those_who_know_the_token(backend: Backend) -> None:
    outputs = backend.outputs
    secret = backend.aws("secretsmanager").get_secret_value(SecretId="keyvex/database/development")["SecretString"]
    token = json.loads(secret)["redis_auth_token"]
    assert len(token) >= 16
    with redis.Redis(outputs["RedisEndpoint"], int(outputs["RedisPort"]), password=token) as cache:
        assert cache.set("session:1", "x", ex=3600)
    with (
        redis.Redis(outputs["RedisEndpoint"], int(outputs["RedisPort"])) as stranger,
        pytest.raises(redis.exceptions.AuthenticationError),
    ):
        stranger.get("session:1")
    assert (
        f"keyvex-redis-development at 127.0.0.1:{outputs['RedisPort']}"
        in backend.system.pkgops("local", "status").stdout
    )
