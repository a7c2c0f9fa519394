"""What runs after the emulator was stopped, or killed, and started again."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress

import psutil
import pytest

from pkgops.local.home import Home
from pkgops.local.saved_states import SavedStates
from tests.emulator import client
from tests.pkgops.local.conftest import create_function
from tests.processes import ended, needs_process_table
from tests.waiting import eventually

pytestmark = pytest.mark.emulator

CODE = "def handler(event, context):\n    return {'received': event}\n"


def invoke(emulator):
    answer = client(emulator, "lambda").invoke(FunctionName="echo", Payload=b'"you"')
    return json.loads(answer["Payload"].read())


def test_functions_run_after_every_restart(fresh):
    fresh.up()
    create_function(fresh, "echo", CODE)
    assert invoke(fresh) == {"received": "you"}
    for _ in range(2):
        assert fresh.down()
        fresh.up()
        assert invoke(fresh) == {"received": "you"}


def test_functions_run_after_a_crash(fresh):
    fresh.up()
    create_function(fresh, "echo", CODE)
    now = time.time()
    eventually(lambda: SavedStates(Home(fresh.home)).newest() > now)  # named for when it was begun
    os.kill(fresh.status().pid, signal.SIGKILL)
    fresh.up()
    assert invoke(fresh) == {"received": "you"}


@needs_process_table
def test_a_snapshot_that_takes_long_removes_nothing_the_server_saves_later(fresh):
    """A copy of the server that is still writing when the server ends does not know the newest functions."""
    server = psutil.Process(fresh.up().pid)
    queue = client(fresh, "sqs").create_queue(QueueName="many")["QueueUrl"]
    for _ in range(40):  # so that a copy has something to write
        client(fresh, "sqs").send_message(QueueUrl=queue, MessageBody="x" * 250_000)
    copy = eventually(lambda: _copies(server))[0]
    copy.suspend()
    create_function(fresh, "newest", "def handler(event, context): return 'here'")
    fresh.down()
    with suppress(psutil.NoSuchProcess):
        copy.resume()
    assert ended(copy.pid)
    fresh.up()
    assert client(fresh, "lambda").invoke(FunctionName="newest")["Payload"].read() == b'"here"'


def _copies(server):
    with suppress(psutil.NoSuchProcess):
        return [child for child in server.children() if child.cmdline() == server.cmdline()]
    return []
