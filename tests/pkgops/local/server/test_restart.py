"""What runs after the emulator was stopped, or killed, and started again."""

from __future__ import annotations

import json
import os
import signal
import time

import pytest

from pkgops.local.home import Home
from tests.emulator import client
from tests.pkgops.local.conftest import create_function
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
    now, newest = time.time_ns(), Home(fresh.home).snapshots / "current"
    eventually(lambda: newest.exists() and int(newest.read_text()) > now)  # named for when it was begun
    os.kill(fresh.status().pid, signal.SIGKILL)
    fresh.up()
    assert invoke(fresh) == {"received": "you"}
