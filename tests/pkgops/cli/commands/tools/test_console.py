"""pkgops console."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import httpx
import pytest

from tests.canary import listen
from tests.pkgops.fakes.ports import FakePorts
from tests.repository import ROOT


@pytest.fixture
def served(monkeypatch):
    """What was to be served, with nothing listening."""
    calls = []

    def serve(shown, port, opened):
        calls.append((shown, port))
        opened("http://127.0.0.1:1/?token=x")

    monkeypatch.setattr("pkgops.console.server.serve", serve)
    return calls


def test_the_address_is_printed(run, served):
    result = run("console", "--no-open", "--port", "8040", "--stage", "dev", ports=FakePorts())
    assert (result.exit_code, result.stdout) == (0, "http://127.0.0.1:1/?token=x\n"), result.stderr
    ((shown, port),) = served
    assert (shown.stage.name, shown.writable, port) == ("dev", False, 8040)
    assert {"pkgwatch", "kefir"} <= {project.system.key for project in shown.projects}
    result = run("console", "--no-open", "--stage", "dev", "-o", "json", ports=FakePorts())
    assert json.loads(result.stdout) == {"address": "http://127.0.0.1:1/?token=x"}


def test_a_stage_is_changed_by_its_name(run, served):
    assert run("console", "--no-open", "--stage", "dev", "--allow-writes", "dev", ports=FakePorts()).exit_code == 0
    assert served[0][0].writable
    other = run("console", "--stage", "dev", "--allow-writes", "prod", ports=FakePorts())
    protected = run("console", "--stage", "prod", "--allow-writes", "prod", ports=FakePorts())
    assert other.exit_code == protected.exit_code != 0
    assert "but the stage is dev" in other.stderr
    assert "is protected" in protected.stderr
    assert len(served) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_it_is_stopped(project, number):
    """On a stage nobody is asked about, because nothing is asked for."""
    arguments = ["console", "--no-open", "--stage", "dev"]
    with subprocess.Popen(
        [sys.executable, "-m", "pkgops.cli", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        printed = running.stdout.readline()
        address = printed.partition("?")[0]
        with httpx.Client(trust_env=False, timeout=60) as client:
            assert client.get(address).status_code == 403
        running.send_signal(number)
        assert running.wait(60) == 0
        listen(arguments, printed + running.stdout.read(), running.stderr.read())
        with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError):
            client.get(address)
