"""The recipes for what belongs to a system: its stacks, functions, settings, alarms and companions."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request

from tests.architecture.recipes.scratch import Scratch

QUEUE = '''"""A queue for notes."""

from __future__ import annotations

from troposphere import sqs

from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """Adds the queue."""
    scope.add(sqs.Queue("Notes", QueueName=scope.named("shop-notes")))
'''
FUNCTION = '''"""Counts."""

from __future__ import annotations

from typing import Any


def handler(event: Any, context: Any) -> dict[str, int]:
    """The number of records."""
    return {"count": len(event.get("Records", []))}
'''
SHOP = '''"""Shop: one queue."""

from __future__ import annotations

from dataclasses import dataclass

from pkgops.model import Stack, System


@dataclass(frozen=True, slots=True)
class Settings:
    """Nothing to set."""


SYSTEM = System(
    key="shop",
    title="Shop",
    stacks=(Stack("notes", "ShopNotes"),),
    settings=Settings,
    environments={},
    check=lambda stage, settings: [],
    tags=lambda stage: {"Project": "Shop"},
)
'''
STAND_IN = '''"""The program of the weather service."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from pkgops.local.companion import Context, run


class Sunny(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"sunny")


@asynccontextmanager
async def serving(context: Context) -> AsyncIterator[None]:
    server = HTTPServer(("127.0.0.1", 0), Sunny, bind_and_activate=False)
    server.socket.close()
    server.socket = context.listening
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


if __name__ == "__main__":
    sys.exit(run("weather", serving))
'''


def test_a_stack(scratch: Scratch) -> None:
    scratch.add("templates/kefir/notes.py", QUEUE)
    scratch.edit(
        "templates/kefir/__init__.py",
        '("kefir-app",)),)',
        '("kefir-app",)), Stack("notes", "kefir-notes-{stage}"))',
    )
    scratch.follows("a stack")
    template = json.loads(scratch.pkgops("synth", "kefir/notes", "--stage", "dev"))
    assert template["Resources"]["Notes"]["Properties"]["QueueName"] == "shop-notes-dev"


def test_a_function(scratch: Scratch) -> None:
    scratch.add("handlers/pkgwatch/pipeline/record_counter.py", FUNCTION)
    scratch.edit(
        "templates/pkgwatch/background/functions.py",
        '        Function("refresh_dispatcher",',
        '        Function("record_counter", (sources.schedules.rule("count", "rate(1 day)"),), (), {}),\n'
        '        Function("refresh_dispatcher",',
    )
    scratch.follows("a function")
    assert "record-counter" in scratch.pkgops("ls", "pkgwatch/pipeline", "--show", "functions")


def test_a_route(scratch: Scratch) -> None:
    scratch.add("handlers/pkgwatch/api/get_ping.py", FUNCTION)
    scratch.edit(
        "templates/pkgwatch/contracts/usage.py",
        "\nGET_USAGE = ",
        '\nGET_PING = Contract("Does it answer?", {200: Response("It does.", object_of({}))})\nGET_USAGE = ',
    )
    scratch.edit(
        "templates/pkgwatch/routes/usage.py",
        '        Function("get_usage",',
        '        Function("get_ping", (Route("GET /ping", contracts.GET_PING),)),\n        Function("get_usage",',
    )
    scratch.follows("a route of a REST API")
    template = scratch.pkgops("synth", "pkgwatch/api", "--stage", "dev")
    assert '"handlers.pkgwatch.api.get_ping.handler"' in template
    assert '"PathPart": "ping"' in template


def add_shop(scratch: Scratch) -> None:
    scratch.add("templates/shop/__init__.py", SHOP)
    scratch.add("templates/shop/notes.py", QUEUE)
    scratch.add("handlers/shop/__init__.py", "")


def test_a_system(scratch: Scratch) -> None:
    add_shop(scratch)
    scratch.follows("a system")
    assert "ShopNotes-dev" in scratch.pkgops("ls", "--all", "--stage", "dev")
    assert "shop-notes-dev" in scratch.pkgops("synth", "shop/notes", "--stage", "dev")


def test_a_system_of_this_repository(scratch: Scratch) -> None:
    """Its page, and the choice of the workflow that deploys."""
    add_shop(scratch)
    scratch.add("docs/systems/shop.md", "# Shop\n")
    scratch.edit(
        ".github/workflows/deploy.yml",
        "options: [all, pkgwatch, always_coder, kefir, keyvex, stream_sales]",
        "options: [all, pkgwatch, always_coder, kefir, keyvex, shop, stream_sales]",
    )
    scratch.follows("a system of this repository")
    scratch.tests("tests/architecture/test_documents.py", "tests/architecture/test_workflows.py", "-k", "system")


def test_a_setting(scratch: Scratch) -> None:
    scratch.edit(
        "templates/kefir/settings.py",
        '    more_origins: str = ""\n',
        '    more_origins: str = ""\n    photo_days: int = 30\n',
    )
    scratch.follows("a setting")
    program = "from pathlib import Path; from pkgops.config import load; "
    program += "print(load('dev', 'kefir', Path(), {'PHOTO_DAYS': '7'}).settings.photo_days)"
    assert scratch.run("-c", program) == "7\n"


def test_a_variable_of_a_frontend(scratch: Scratch) -> None:
    scratch.edit(
        "templates/kefir/__init__.py",
        "    variables=(\n",
        '    variables=(\n        Variable("EXPO_PUBLIC_THEME", value="dark"),\n',
    )
    scratch.follows("a variable of a frontend")
    program = "from pathlib import Path; from pkgops.config import load; "
    program += "from pkgops.operate.env import EnvRequest, client_variables; "
    program += "rows = client_variables(load('dev', 'kefir', Path(), {}), [], EnvRequest(allow_missing=True)); "
    program += "print(rows[0].name, rows[0].value)"
    assert scratch.run("-c", program) == "EXPO_PUBLIC_THEME dark\n"


def test_an_alarm(scratch: Scratch) -> None:
    scratch.edit(
        "templates/pkgwatch/background/monitoring.py",
        '        Alarm("pkgwatch-dlq-messages",',
        '        Alarm("pkgwatch-discovery-backlog", queue_depth(made[DISCOVERY_DLQ]), ">= 100"),\n'
        '        Alarm("pkgwatch-dlq-messages",',
    )
    scratch.follows("an alarm")
    assert '"pkgwatch-discovery-backlog-dev"' in scratch.pkgops("synth", "pkgwatch/pipeline", "--stage", "dev")


def test_a_companion(scratch: Scratch) -> None:
    scratch.add("companions/kefir/__init__.py", "")
    scratch.add("companions/kefir/weather/__init__.py", '"""The weather, always the same."""\n')
    scratch.add("companions/kefir/weather/__main__.py", STAND_IN)
    scratch.edit(
        "templates/kefir/__init__.py", "    secrets=", '    companions=(Companion("weather", {}),),\n    secrets='
    )
    scratch.edit("templates/kefir/__init__.py", "import Stack,", "import Companion, Stack,")
    scratch.follows("a companion")
    scratch.tests("tests/architecture/test_companions.py")
    command = [sys.executable, "-m", "companions.kefir.weather", "--port=0"]
    with subprocess.Popen(command, cwd=scratch.root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = re.findall(r"http://\S+", process.stdout.readline())[0]
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.read() == b"sunny"
        process.terminate()
    assert process.returncode == 0
