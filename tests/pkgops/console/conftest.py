"""A stage with three small systems, in memory, and the console that shows it."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest

from pkgops import config
from pkgops.build.build import synthesized
from pkgops.build.synth import SynthesizedStack
from pkgops.console.app import console
from pkgops.console.frame.later import Later
from pkgops.console.frame.stage import ShownStage
from pkgops.console.guard import Guard
from pkgops.console.server import answer, listening
from pkgops.local.api_request import ApiRequest, Replayed
from pkgops.local.client.mail import Message, message
from pkgops.ports.stacks import StackResource
from tests.pkgops.fakes.functions import FakeFunctions
from tests.pkgops.fakes.logs import FakeLogs
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.queues import FakeQueues
from tests.pkgops.fakes.stacks import FakeStacks
from tests.pkgops.fakes.tables import FakeTables
from tests.pkgops.several_systems import write_project

HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">\x1b[31m\u202e"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HOSTILE_KEY = f"notes/{HOSTILE.replace('/', '')}.html"
OBJECTS = {
    HOSTILE_KEY: (HOSTILE.encode(), "text/html"),
    "notes/deep/er.json": (b'{"a": 1}', "application/json"),
    "picture.png": (PICTURE, "text/html"),
    "picture.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
    "password.txt": (b"postgresql://me:hunter22@x.example/db", "text/plain"),
    "bytes": (b"\x00\x01\xff", "image/png"),
}
_MORE = """
from pkgops.kit.table import Index, Table, table
from troposphere import Ref, Sub, apigatewayv2, awslambda, cognito, iam, s3

def _arn(service, rest):
    return Sub("arn:${AWS::Partition}:" + service + ":${AWS::Region}:${AWS::AccountId}:" + rest)

def more(scope):
    table(scope, Table("shop-things", (Index("by-owner", "owner"),)))
    scope.add(s3.Bucket("Files"))
    scope.add(cognito.UserPool("Members"))
    order = _arn("lambda", "function:" + scope.named("shop-order"))
    scope.add(awslambda.EventSourceMapping(
        "Jobs", EventSourceArn=_arn("sqs", scope.named("shop-jobs")), FunctionName=order))
    card = _arn("secretsmanager", "secret:shop/card-*")
    reads = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": card}
    scope.add(iam.ManagedPolicy("Cards", Roles=[Ref("OrderRole")], PolicyDocument={"Statement": [reads]}))
    api = scope.add(apigatewayv2.Api("Api", Name="shop-api", ProtocolType="HTTP"))
    proxy = scope.add(apigatewayv2.Integration(
        "Orders", ApiId=Ref(api), IntegrationType="AWS_PROXY", IntegrationUri=order, PayloadFormatVersion="2.0"))
    target = Sub("integrations/${Orders}")
    for number, key in enumerate(("GET /orders/{id}", "POST /orders", "ANY /files/{proxy+}")):
        scope.add(apigatewayv2.Route(f"Route{number}", ApiId=Ref(api), RouteKey=key, Target=target))
"""


@dataclass
class FakeEmulator:
    """What the console asks the emulator."""

    mails: list[Message] = field(default_factory=list)
    rows: list[ApiRequest] = field(default_factory=list)
    answers: dict[int, Replayed] = field(default_factory=dict)

    def messages(self) -> list[Message]:
        return self.mails

    def requests(self, after: int = 0) -> list[ApiRequest]:
        return [row for row in self.rows if row.number > after]

    def replay(self, number: int) -> Replayed | None:
        return self.answers.get(number)


class FakeStage(ShownStage):
    """A stage that needs no emulator."""

    @cached_property
    def emulator(self) -> Any:
        return FakeEmulator() if self.stage.local else None


def mail(number: int, subject: str, text: str, html: str = "") -> Message:
    row = {
        "MessageId": f"mail-{number}",
        "Timestamp": 1_800_000_000 + number,
        "Source": "shop@example.com",
        "To": ["me@example.com"],
        "CC": [],
        "BCC": [],
        "Subject": subject,
        "BodyText": text,
        "BodyHtml": html,
    }
    return message(row)


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = write_project(tmp_path_factory.mktemp("console"))
    with (made / "stages.toml").open("a") as file:
        file.write("[safe]\nprotected = true\n")
    main = made / "templates" / "shop" / "main.py"
    main.write_text(
        main.read_text() + _MORE + "\n_main = build\n\ndef build(scope):\n    _main(scope)\n    more(scope)\n"
    )
    events = made / "events" / "shop" / "order"
    events.mkdir(parents=True)
    (events / "large.json").write_text('{"amount": 1000}')
    return made


class Stacks(FakeStacks):
    """CloudFormation, whose physical ids could be those of buckets, pools and APIs."""

    def resources(self, stack: str) -> list[StackResource]:
        found = super().resources(stack)
        return [replace(row, physical_id=row.physical_id.replace("-", "")) for row in found]


def _ports(stage: str, stacks: Sequence[SynthesizedStack]) -> FakePorts:
    tables = FakeTables(**{f"shop_things_{stage}": ("pk", "sk")})
    name = f"shop-things-{stage}"
    tables.indexes = {name: {"by-owner": ("owner",)}}
    for number in range(60):
        item = {"pk": "a" if number < 3 else "b", "sk": f"{number:02}", "owner": "me", "password": "hunter22hunter22"}
        tables.put_if_absent(name, {**item, "text": HOSTILE}, ("pk", "sk"))
    queues = FakeQueues(**{f"shop_jobs_{stage}": ["one"], f"shop_jobs_dlq_{stage}": [HOSTILE, "dead"]})
    functions = FakeFunctions({f"shop-order-{stage}": lambda event: {"given": event, "text": HOSTILE}})
    ports = FakePorts(Stacks(), logs=FakeLogs(), functions=functions, tables=tables, queues=queues)
    template = next(one.template for one in stacks if one.key == "main")
    outputs = {"Url": "https://x.example", "Card": HOSTILE}
    ports.stacks.deployed(f"shop-main-{stage}", "UPDATE_COMPLETE", template, outputs=outputs)
    ports.objects.buckets[f"shopmain{stage}files"] = dict(OBJECTS)
    ports.users.enrolled |= {(f"shopmain{stage}members", name) for name in ("me@example.com", f"{HOSTILE}@example.com")}
    ports.users.unconfirmed.add((f"shopmain{stage}members", "new@example.com"))
    ports.secrets.values[f"shop/card-{stage}"] = json.dumps({"number": "hunter22hunter22", "expiry": ""})
    return ports


def stage_of(root: Path, name: str, allowed: str = "") -> FakeStage:
    """The stage with all three systems."""
    projects = tuple(config.load(name, key, root, environ={}) for key in ("shop", "notes", "blog"))
    ports = _ports(name, synthesized(projects[0]))
    return FakeStage(projects[0].stage, root, Later(lambda: projects), Later(lambda: ports), allowed)


@pytest.fixture
def shown(root: Path) -> FakeStage:
    """Stage local."""
    return stage_of(root, "local")


@dataclass
class Served:
    """A console that listens."""

    shown: FakeStage
    guard: Guard
    origin: str
    clients: ExitStack

    @property
    def address(self) -> str:
        """The address to open, with a new token."""
        return f"{self.origin}/?token={self.guard.token()}"

    def client(self) -> httpx.Client:
        """A program that has nothing but the address."""
        return self.clients.enter_context(httpx.Client(base_url=self.origin, timeout=30, trust_env=False))


class Opened:
    """A browser that has exchanged its token, without the browser."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.client = served.client()
        assert self.client.get(served.address).status_code == 303
        found = re.search(r'name="form_token" value="([^"]+)"', self.get("/queues").text)
        self.form_token = found[1] if found else ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def post(self, path: str, /, **form: str) -> httpx.Response:
        headers = {"origin": self.served.origin}
        return self.client.post(path, data={"form_token": self.form_token, **form}, headers=headers)

    def text(self, path: str) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text


@contextmanager
def serving(shown: FakeStage) -> Iterator[Served]:
    """The console on a port of its own."""
    with listening(0) as listener:
        number = listener.getsockname()[1]
        guard = Guard(console(shown), number)
        loop = asyncio.new_event_loop()
        stopping = asyncio.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(answer(guard, listener, stopping)))
        thread.start()
        try:
            with ExitStack() as clients:
                yield Served(shown, guard, f"http://127.0.0.1:{number}", clients)
        finally:
            loop.call_soon_threadsafe(stopping.set)
            thread.join(30)
            loop.close()


@pytest.fixture
def served(shown: FakeStage) -> Iterator[Served]:
    with serving(shown) as found:
        yield found


@pytest.fixture
def pages(served: Served) -> Opened:
    return Opened(served)


def now() -> int:
    """Epoch milliseconds."""
    return int(time.time() * 1000)
