"""How long does Kefir take over much data: a list of a thousand batches, ten thousand due reminders?

The list is compared with an empty function behind the same kind of API and authorizer, asked with the same token.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.common.attributes import wire_item
from handlers.kefir.batches.listing import entry
from tests.bench.api import asking
from tests.bench.bare_apis import EMPTY, BareApis
from tests.bench.measure import BenchmarkError, Contest, Row
from tests.bench.workplace import Workplace
from tests.emulator import REGION, client
from tests.handlers.kefir.push.expo_server import running

LIST = "Kefir: GET /batches of 1,000 with 10,000 events, warm"
DUE = "Kefir: 10,000 due reminders"
BATCHES, EVENTS, REMINDERS, OWNERS = 1000, 10, 10_000, 1000
EMAIL = "brewer@example.net"  # the mailbox of PkgWatch's requests is another
_CODE = re.compile(r"\b[0-9]{6}\b")

Item = dict[str, Any]


def measured(place: Workplace, only: str) -> Iterator[Row]:
    """The rows. Deploys Kefir."""
    if not any(only in name for name in (LIST, DUE)):
        return
    with running() as expo:
        stages = place.project / "stages.toml"
        stages.write_text(f'{stages.read_text()}\n[local.kefir]\nexpo_base_url = "{expo.url}"\n')
        place.pkgops("deploy", "kefir", "--yes", "--output", "json")()
        shown = place.pkgops("outputs", "--system", "kefir", "--output", "json")
        shown()
        outputs = json.loads(shown.said)["app"]
        user = _logged_in(place, outputs)
        if only in LIST:
            yield _list(place, outputs, user)
        if only in DUE:
            _fill(place, outputs, _due())
            yield _pushed(place, len(expo.messages), expo.messages)


def _list(place: Workplace, outputs: dict[str, str], user: dict[str, Any]) -> Row:
    _fill(place, outputs, _diary(user["user"]["id"]))
    header = {"Authorization": f"Bearer {user['tokens']['idToken']}"}
    ours = asking(place, outputs["ApiUrl"] + "/batches", "Kefir 999", header)
    floor = asking(place, _empty(place, outputs) + "/batches", "{}", header)
    return Contest(LIST, floor, ours, None, 20, warm_up=3).run()


def _pushed(place: Workplace, before: int, messages: Sequence[Any]) -> Row:
    """The time until none is due any more, in as many runs as that takes."""
    functions = client(place.emulator, "lambda")
    began, runs = time.perf_counter(), 0
    while True:
        answer = functions.invoke(FunctionName="kefir-app-local-reminderProcessor", Payload=b"{}")
        told = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise BenchmarkError(f"The processor failed: {told}")
        if not json.loads(told["body"])["processed"]:
            break
        runs += 1
    seconds = time.perf_counter() - began
    if len(messages) - before != REMINDERS:
        raise BenchmarkError(f"{len(messages) - before} of {REMINDERS} were pushed")
    return Row(f"{DUE} ({REMINDERS / seconds:.0f}/s; Expo takes 600/s)", seconds, runs=runs)


def _logged_in(place: Workplace, outputs: dict[str, str]) -> dict[str, Any]:
    asking(place, outputs["ApiUrl"] + "/auth/login", "success", body={"email": EMAIL})()
    mail = next(mail for mail in place.emulator.messages() if mail.went_to(EMAIL))
    sent = json.dumps({"email": EMAIL, "code": _CODE.findall(mail.text)[0]})
    event = {"routeKey": "POST /auth/verify", "body": sent, "requestContext": {}}
    answer = client(place.emulator, "lambda").invoke(
        FunctionName="kefir-app-local-handleAuth", Payload=json.dumps(event).encode()
    )
    found: dict[str, Any] = json.loads(json.loads(answer["Payload"].read())["body"])
    return found


def _empty(place: Workplace, outputs: dict[str, str]) -> str:
    """An HTTP API in front of an empty function, with an authorizer of the same user pool."""
    function = BareApis(place, "floor-kefir").function("floor-kefir", EMPTY)
    apis = client(place.emulator, "apigatewayv2")
    made = apis.create_api(Name="floor-kefir", ProtocolType="HTTP")["ApiId"]
    authorizer = apis.create_authorizer(
        ApiId=made,
        Name="floor",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={
            "Audience": [outputs["UserPoolClientId"]],
            "Issuer": f"https://cognito-idp.{REGION}.amazonaws.com/{outputs['UserPoolId']}",
        },
    )["AuthorizerId"]
    integration = apis.create_integration(
        ApiId=made, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    guard = {"AuthorizationType": "JWT", "AuthorizerId": authorizer}
    apis.create_route(ApiId=made, RouteKey="GET /batches", Target=f"integrations/{integration}", **guard)
    apis.create_stage(ApiId=made, StageName="$default", AutoDeploy=True)
    return f"{place.emulator.endpoint}/_aws/execute-api/{made}/$default"


def _diary(user: str) -> Iterator[Item]:
    for number in range(BATCHES):
        batch, now = f"{user}-{number}", f"2026-01-01T00:{number // 60:02d}:{number % 60:02d}.000Z"
        stored = {
            "PK": f"USER#{user}",
            "SK": f"BATCH#{batch}",
            "GSI1PK": f"BATCH#{batch}",
            "GSI1SK": f"USER#{user}",
            "batchId": batch,
            "userId": user,
            "name": f"Kefir {number}",
            "stage": "stage1_open",
            "status": "active",
            "startDate": now,
            "isPublic": False,
            "photoKeys": [],
            "createdAt": now,
            "updatedAt": now,
        }
        yield from (stored, entry(stored))
        for event in range(EVENTS):
            when = f"2026-01-02T00:00:0{event}.000Z"
            key = {"PK": f"BATCH#{batch}", "SK": f"EVENT#{when}#e"}
            yield {**key, "eventId": "e", "batchId": batch, "userId": user, "type": "note", "timestamp": when}


def _due() -> Iterator[Item]:
    """Of a thousand people with a phone and a batch each."""
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for number in range(OWNERS):
        pk = f"USER#due-{number}"
        token = f"ExponentPushToken[due-{number}]"
        yield {"PK": pk, "SK": "DEVICE#phone", "deviceId": "phone", "platform": "ios", "token": token}
        yield {"PK": pk, "SK": "BATCH#b", "batchId": "b", "name": "Lemon", "status": "active"}
        for reminder in range(REMINDERS // OWNERS):
            yield {
                "PK": pk,
                "SK": f"REMINDER#r{reminder}",
                "GSI1PK": "REMINDER#DUE",
                "GSI1SK": past,
                "reminderId": f"r{reminder}",
                "userId": f"due-{number}",
                "batchId": "b",
                "scheduledTime": past,
                "message": "Look after it",
                "status": "pending",
            }


def _fill(place: Workplace, outputs: dict[str, str], items: Iterator[Item]) -> None:
    dynamodb, table = client(place.emulator, "dynamodb"), outputs["TableName"]
    puts = [{"PutRequest": {"Item": wire_item(item)}} for item in items]
    parts = [puts[start : start + 25] for start in range(0, len(puts), 25)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda part: dynamodb.batch_write_item(RequestItems={table: part}), parts))
