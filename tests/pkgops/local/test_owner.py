"""What belongs to a process ends with it, and everything it has started too."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import httpx
import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.local.home import OWNER_VARIABLE
from pkgops.local.owner import watch
from pkgops.testing.deployed import free_port
from tests.emulator import client
from tests.pkgops.local.conftest import create_function
from tests.pkgops.local.server.shop_project import shop_project
from tests.processes import ended, family
from tests.repository import ROOT

pytestmark = pytest.mark.emulator

OWNER = """
import os, sys, time
from pathlib import Path
from pkgops.local.client.emulator import Emulator
from pkgops.testing.owner import owner
os.environ.update(owner())
print(Emulator.of(Path(sys.argv[1]), int(sys.argv[2])).up().pid, flush=True)
time.sleep(600)
"""


@contextmanager
def running(program: str, *arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that owns a server, and the server's pid, which it prints."""
    command = [sys.executable, "-c", program, *arguments]
    variables = {**os.environ, **environment}
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout
        try:
            yield one, int(one.stdout.readline())
        finally:
            one.kill()


def test_the_end_of_the_owner_is_the_end_of_its_lock(tmp_path: Path) -> None:
    lock, noticed = tmp_path / "lock", Event()
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        watch(lock, noticed.set)
        assert not noticed.wait(0.2)
    assert noticed.wait(5)


def test_an_owner_that_has_ended_before_is_noticed(tmp_path: Path) -> None:
    noticed = Event()
    watch(tmp_path / "removed", noticed.set)
    assert noticed.wait(5)


def test_a_killed_owner_leaves_no_process(tmp_path: Path) -> None:
    emulator = Emulator.of(shop_project(tmp_path / "shop"), free_port())
    with running(OWNER, str(emulator.project), str(emulator.port)) as (one, server):
        create_function(emulator, "echo", "def handler(event, context):\n    return event\n")
        answer = client(emulator, "lambda").invoke(FunctionName="echo", Payload=b'"hello"')
        assert answer["Payload"].read() == b'"hello"'
        assert httpx.get(f"{emulator.endpoint}/_companions/counter/x").status_code == 200
        processes = family(server)
        assert len(processes) >= 3, "the server, a function and a companion"
        one.send_signal(signal.SIGKILL)
    assert all(ended(pid) for pid in processes)
    assert not emulator.running()


def test_an_emulator_without_an_owner_stays(fresh: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OWNER_VARIABLE)
    fresh.up()
    assert fresh.running()
