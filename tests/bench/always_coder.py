"""How long does Always Coder take to pass a frame on, and what does its gate add to a request for a page?

A frame is compared with the round trip of an echo: a WebSocket API whose only function posts each frame back. The gate
is compared with a function at the edge that lets every request through, both invoked in the same way.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp

from tests.bench.bare_apis import BareApis
from tests.bench.measure import BenchmarkError, Contest, Row, Sample
from tests.bench.workplace import Workplace
from tests.emulator import ACCOUNT, REGION, client

RELAY = "Always Coder: a frame from a browser to the terminal, warm"
FAN_OUT = "Always Coder: a frame to 50 browsers, warm"
GATE = "Always Coder: the gate at the edge, warm"
BROWSERS = 50
SESSION = "BENCH1"
FRAME = {"version": 1, "sessionId": SESSION, "nonce": "n", "ciphertext": "c" * 1000, "timestamp": 1}
ECHO = """
import boto3

made = {}


def handler(event, context):
    place = event["requestContext"]
    endpoint = f"https://{place['domainName']}/{place['stage']}"
    if endpoint not in made:
        made[endpoint] = boto3.client("apigatewaymanagementapi", endpoint_url=endpoint)
    made[endpoint].post_to_connection(ConnectionId=place["connectionId"], Data=event["body"].encode())
    return {"statusCode": 200}
"""
THROUGH = """
def handler(event, context):
    return event["Records"][0]["cf"]["request"]
"""
_PASSWORD = "Bench-password-1"
Socket = aiohttp.ClientWebSocketResponse


def measured(place: Workplace, only: str) -> Iterator[Row]:
    """The rows. Deploys Always Coder."""
    if not any(only in name for name in (RELAY, FAN_OUT, GATE)):
        return
    place.pkgops("deploy", "always_coder", "--yes", "--output", "json")()
    shown = place.pkgops("outputs", "--system", "always_coder", "--output", "json")
    shown()
    outputs = {name: value for stack in json.loads(shown.said).values() for name, value in stack.items()}
    floors = BareApis(place, "floor-always-coder")
    loop = asyncio.new_event_loop()
    try:
        talk = loop.run_until_complete(_opened(outputs["WebSocketUrl"], _echo(place, floors)))
        if only in RELAY:
            echo, relayed = _timed(loop, talk.echo), _timed(loop, talk.relay)
            yield Contest(RELAY, echo, relayed, None, 100, warm_up=10).run()
        if only in FAN_OUT:
            yield Contest(FAN_OUT, _timed(loop, talk.echo), _timed(loop, talk.fan_out), None, 20, warm_up=3).run()
        loop.run_until_complete(talk.close())
    finally:
        loop.close()
    if only in GATE:
        yield _gate(place, floors, outputs)


class _Talk:
    """An open session, and an echo beside it."""

    def __init__(self, http: aiohttp.ClientSession, terminal: Socket, browsers: list[Socket], echo: Socket) -> None:
        self._http = http
        self._terminal = terminal
        self._browsers = browsers
        self._echo = echo

    async def echo(self) -> None:
        """There and back."""
        await self._echo.send_json(FRAME)
        await _frame(self._echo)

    async def relay(self) -> None:
        """From a browser to the terminal."""
        await self._browsers[0].send_json(FRAME)
        await _frame(self._terminal)

    async def fan_out(self) -> None:
        """From the terminal to the last of all browsers."""
        await self._terminal.send_json(FRAME)
        await asyncio.gather(*map(_frame, self._browsers))

    async def close(self) -> None:
        """Ends all connections."""
        await self._http.close()


async def _opened(relay: str, echo: str) -> _Talk:
    http = aiohttp.ClientSession(trust_env=False)
    terminal = await http.ws_connect(relay)
    await terminal.send_json({"type": "session:create", "sessionId": SESSION, "publicKey": "Kc"})
    await terminal.receive_json(timeout=60)
    browsers = []
    for _ in range(BROWSERS):
        browser = await http.ws_connect(relay)
        await browser.send_json({"type": "session:join", "sessionId": SESSION, "publicKey": "Kw"})
        await browser.receive_json(timeout=60)
        await terminal.receive_json(timeout=60)
        browsers.append(browser)
    return _Talk(http, terminal, browsers, await http.ws_connect(echo))


async def _frame(socket: Socket) -> None:
    found = await socket.receive_json(timeout=60)
    if found != FRAME:
        raise BenchmarkError(f"Instead of the frame came {found}")


def _timed(loop: asyncio.AbstractEventLoop, work: Callable[[], Any]) -> Callable[[], Sample]:
    def run() -> Sample:
        began = time.perf_counter()
        loop.run_until_complete(work())
        return Sample(time.perf_counter() - began)

    return run


def _echo(place: Workplace, floors: BareApis) -> str:
    """A WebSocket API with the echo behind its only route; its URL."""
    function = floors.function("floor-echo", ECHO)
    apis = client(place.emulator, "apigatewayv2")
    made = apis.create_api(Name="floor-echo", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action")
    made = made["ApiId"]
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    integration = apis.create_integration(ApiId=made, IntegrationType="AWS_PROXY", IntegrationUri=uri)["IntegrationId"]
    apis.create_route(ApiId=made, RouteKey="$default", Target=f"integrations/{integration}")
    apis.create_stage(ApiId=made, StageName="prod", AutoDeploy=True)
    client(place.emulator, "lambda").add_permission(
        FunctionName=function,
        StatementId="floor",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{made}/*",
    )
    return f"{place.emulator.endpoint.replace('http', 'ws', 1)}/_aws/execute-api/{made}/prod"


def _gate(place: Workplace, floors: BareApis, outputs: dict[str, str]) -> Row:
    """A page asked for with a valid cookie, whose signature the gate checks."""
    floors.function("floor-through", THROUGH)
    cookie = {"key": "Cookie", "value": f"id_token={_token(place, outputs)}"}
    headers = {"host": [{"key": "Host", "value": "d1.cloudfront.net"}], "cookie": [cookie]}
    request = {"uri": "/session.html", "querystring": "", "method": "GET", "headers": headers}
    payload = json.dumps(
        {"Records": [{"cf": {"config": {"eventType": "viewer-request"}, "request": request}}]}
    ).encode()
    functions = client(place.emulator, "lambda")

    def invoking(name: str) -> Callable[[], Sample]:
        def run() -> Sample:
            began = time.perf_counter()
            found = json.loads(functions.invoke(FunctionName=name, Payload=payload)["Payload"].read())
            seconds = time.perf_counter() - began
            if found.get("uri") != "/session.html":
                raise BenchmarkError(f"{name} does not let the request through: {found}")
            return Sample(seconds)

        return run

    ours = invoking("always-coder-local-auth-edge-v2")
    return Contest(GATE, invoking("floor-through"), ours, None, 100, warm_up=10).run()


def _token(place: Workplace, outputs: dict[str, str]) -> str:
    users, pool, name = client(place.emulator, "cognito-idp"), outputs["UserPoolId"], "bench@example.net"
    users.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    users.admin_set_user_password(UserPoolId=pool, Username=name, Password=_PASSWORD, Permanent=True)
    given = {"USERNAME": name, "PASSWORD": _PASSWORD}
    answer = users.initiate_auth(
        ClientId=outputs["UserPoolClientId"], AuthFlow="USER_PASSWORD_AUTH", AuthParameters=given
    )
    return str(answer["AuthenticationResult"]["IdToken"])
