"""Contract: the server of a database that dies is started again, whatever is left of it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pg8000.native
import psutil
import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.local.databases.postgres_programs import programs
from tests.emulator import client, start_emulator
from tests.pkgops.local.conftest import Stack
from tests.pkgops.local.polyfills.rds.test_postgres_servers import PASSWORD, connected, database
from tests.processes import ended, servers
from tests.waiting import eventually

pytestmark = [
    pytest.mark.emulator,
    pytest.mark.skipif(programs() is None, reason="there is no PostgreSQL for this machine"),
]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator whose servers nobody else uses."""
    emulator = start_emulator(tmp_path)
    yield emulator
    emulator.down(force=True)


def test_a_server_that_died_is_there_again_with_its_data(own: Emulator) -> None:
    aws = client(own, "cloudformation")
    for name, least in (("awake", 1.0), ("paused", 0.0)):
        aws.create_stack(StackName=name, TemplateBody=json.dumps(database(f"{name}-cluster", least=least)))
        stack = Stack(lambda _: aws, name).expected()
        with connected(stack) as open_:
            open_.run("CREATE TABLE kept AS SELECT 1 AS one")
            busy = open_.run("SELECT pg_backend_pid()")[0][0]
            killed(busy, own, name)
        assert eventually(lambda stack=stack: rows(stack)) == [[1]], name
    assert [one.running for one in own.status().postgres] == [True, True]
    aws.delete_stack(StackName="awake")
    eventually(lambda: [one.name for one in own.status().postgres] == ["paused-cluster"])


def killed(backend: int, emulator: Emulator, name: str) -> None:
    """Kills the first process of the server that this backend is of, and nothing else of it."""
    first = psutil.Process(backend).parent()
    assert first
    assert first.pid in [one.pid for one in servers(emulator.status().pid, "postgres")], name
    first.kill()
    assert ended(first.pid)


def rows(stack: Stack) -> Any:
    place = stack.outputs["Address"], int(stack.outputs["Port"])
    try:
        # pg8000 leaves a socket of its own open where the server refuses.
        with (
            socket.create_connection(place, 10) as used,
            pg8000.native.Connection("dbadmin", database="streams", password=PASSWORD, sock=used) as open_,
        ):
            return open_.run("SELECT one FROM kept")
    except (pg8000.native.DatabaseError, pg8000.native.InterfaceError, OSError):
        return None  # it is not there yet, or recovers
