"""Services beside the emulator: when they start, who reaches them, when they end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from pkgops.local.client import process
from pkgops.local.server.companion_proxy import Companions
from tests.emulator import free_port
from tests.waiting import eventually

pytestmark = pytest.mark.emulator

KEY = {"Authorization": "Bearer sk_test_anything"}


def prices(emulator: Any, **headers: str) -> httpx.Response:
    return httpx.get(f"{emulator.endpoint}/_companions/stripe/v1/prices", headers=KEY | headers)


def made_customers(emulator: Any) -> int:
    return len(httpx.get(f"{emulator.endpoint}/_companions/stripe/v1/customers", headers=KEY).json()["data"])


def companions(server: int) -> list[int]:
    """The companions a server has started, by what Linux says of them."""
    children = Path(f"/proc/{server}/task").glob("*/children")
    pids = [int(pid) for listed in children for pid in listed.read_text().split()]
    return [pid for pid in pids if b"companions" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def addresses(pid: int) -> set[str]:
    """Where a process listens: IPv4 in hexadecimal, as in /proc/net/tcp."""
    inodes = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    rows += [row.split() for row in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes}


def test_a_companion_lives_as_long_as_the_emulator_is_filled(fresh: Any) -> None:
    server = fresh.up().pid
    assert companions(server) == []
    assert {price["id"] for price in prices(fresh).json()["data"]} >= {"price_local_starter"}
    first = companions(server)
    assert len(first) == 1
    assert addresses(first[0]) == {"0100007F"}

    httpx.post(f"{fresh.endpoint}/_companions/stripe/v1/customers", headers=KEY, data={"email": "a@example.com"})
    assert made_customers(fresh) == 1
    fresh.reset()
    assert process.gone(first[0], 5)
    assert made_customers(fresh) == 0

    (second,) = companions(server)
    os.kill(second, signal.SIGKILL)
    assert process.gone(second, 5)
    assert prices(fresh).status_code == 200
    (third,) = companions(server)
    fresh.down()
    assert process.gone(third, 5)


def test_one_that_has_ended_unnoticed_is_started_anew() -> None:
    """The request comes before the server has had a moment to see that its companion is no more."""

    async def asked(app: Any) -> int:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        path = "/_companions/stripe/v1/prices"
        head = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        await app({**head, "headers": [(b"authorization", b"Bearer sk_test_anything")]}, receive, send)
        return int(sent[0]["status"])

    async def scenario() -> None:
        others = set(companions(os.getpid()))
        beside = Companions(free_port())
        app = beside.beside(asked)
        try:
            assert await asked(app) == 200
            (first,) = set(companions(os.getpid())) - others
            os.kill(first, signal.SIGKILL)
            eventually(lambda: not Path(f"/proc/{first}").exists())  # without letting the loop go on
            assert await asked(app) == 200
            (second,) = set(companions(os.getpid())) - others
            assert second != first
        finally:
            await beside.stop()

    asyncio.run(scenario())


def test_a_companion_does_not_outlive_a_killed_emulator(fresh: Any) -> None:
    server = fresh.up().pid
    prices(fresh)
    (companion,) = companions(server)
    os.kill(server, signal.SIGKILL)
    assert process.gone(companion, 5)


def test_only_this_machine_is_answered(emulator: Any) -> None:
    assert prices(emulator).status_code == 200
    assert prices(emulator, Host="evil.example").status_code == 403
    assert prices(emulator, Origin="https://evil.example").status_code == 403
    page = f"{emulator.endpoint}/_companions/stripe/pay/unknown"
    assert httpx.post(page, headers={"Origin": emulator.endpoint}).status_code == 404


@pytest.mark.parametrize("name", ["unknown", "__pycache__"])
def test_an_unknown_companion(emulator: Any, name: str) -> None:
    answer = httpx.get(f"{emulator.endpoint}/_companions/{name}/v1/prices", headers=KEY)
    assert answer.status_code == 404


def test_it_serves_alone_and_leaves_no_file() -> None:
    written = Path("/tmp/localstripe.pickle")  # where localstripe keeps what it knows
    before = written.stat() if written.exists() else None
    command = [sys.executable, "-m", "pkgops.local.companions.stripe", "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        address = server.stdout.readline().split()[-1]
        try:
            assert httpx.get(f"{address}/v1/prices", headers=KEY).status_code == 200
            assert httpx.get(f"{address}/v1/prices", headers=KEY | {"Host": "evil.example"}).status_code == 403
            assert (
                httpx.get(f"{address}/v1/prices", headers=KEY | {"Origin": "https://evil.example"}).status_code == 403
            )
            assert addresses(server.pid) == {"0100007F"}
        finally:
            server.terminate()
        assert server.wait(5) == 0
    assert (written.stat() if written.exists() else None) == before
