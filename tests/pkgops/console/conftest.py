"""A stage with three small systems, in memory, and the console that shows it."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest

from pkgops import config
from pkgops.console.app import console
from pkgops.console.frame.later import Later
from pkgops.console.frame.stage import ShownStage
from pkgops.console.guard import Guard
from pkgops.console.server import answer, listening
from pkgops.local.api_request import ApiRequest
from pkgops.local.client.mail import Message, message
from tests.pkgops.fakes.functions import FakeFunctions
from tests.pkgops.fakes.logs import FakeLogs
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.queues import FakeQueues
from tests.pkgops.fakes.tables import FakeTables
from tests.pkgops.several_systems import write_project

HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">\x1b[31m\u202e"
_TABLE = """
from pkgops.kit.table import Index, Table, table

def build_more(scope):
    table(scope, Table("shop-things", (Index("by-owner", "owner"),)))
"""


@dataclass
class FakeEmulator:
    """What the console asks the emulator."""

    mails: list[Message] = field(default_factory=list)
    rows: list[ApiRequest] = field(default_factory=list)

    def messages(self) -> list[Message]:
        return self.mails

    def requests(self, after: int = 0) -> list[ApiRequest]:
        return [row for row in self.rows if row.number > after]


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
        main.read_text()
        + _TABLE.replace("build_more", "more")
        + "\n_main = build\n\ndef build(scope):\n    _main(scope)\n    more(scope)\n"
    )
    events = made / "events" / "shop" / "order"
    events.mkdir(parents=True)
    (events / "large.json").write_text('{"amount": 1000}')
    return made


def _ports(stage: str) -> FakePorts:
    tables = FakeTables(**{f"shop_things_{stage}": ("pk", "sk")})
    name = f"shop-things-{stage}"
    tables.indexes = {name: {"by-owner": ("owner",)}}
    for number in range(60):
        item = {"pk": "a" if number < 3 else "b", "sk": f"{number:02}", "owner": "me", "password": "hunter22hunter22"}
        tables.put_if_absent(name, {**item, "text": HOSTILE}, ("pk", "sk"))
    queues = FakeQueues(**{f"shop_jobs_{stage}": ["one"], f"shop_jobs_dlq_{stage}": [HOSTILE, "dead"]})
    functions = FakeFunctions({f"shop-order-{stage}": lambda event: {"given": event, "text": HOSTILE}})
    ports = FakePorts(logs=FakeLogs(), functions=functions, tables=tables, queues=queues)
    ports.stacks.deployed(
        f"shop-main-{stage}", "UPDATE_COMPLETE", outputs={"Url": "https://x.example", "Card": HOSTILE}
    )
    return ports


def stage_of(root: Path, name: str, allowed: str = "") -> FakeStage:
    """The stage with all three systems."""
    projects = tuple(config.load(name, key, root, environ={}) for key in ("shop", "notes", "blog"))
    ports = _ports(name)
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

    def post(self, path: str, **form: str) -> httpx.Response:
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
