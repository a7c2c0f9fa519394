"""Ctrl-C once and twice, SIGTERM, and cancelling an update, with real processes and signals."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pkgops.local.client.emulator import Emulator
from tests.pkgops.deploy.states.conftest import World
from tests.pkgops.deploy.states.program import NAME, Program, furnish
from tests.waiting import eventually, unread

pytestmark = pytest.mark.emulator


@pytest.fixture
def program(root: Path, emulator: Emulator, world: World, tmp_path: Path) -> Iterator[Program]:
    """Version 1 is deployed, and updates to version 2 wait."""
    furnish(root, emulator.port)
    own = replace(world, name=NAME, switch=root / "switch.json")  # one path: what is built once is built
    own.instruct()
    assert own.deploy(1).ok
    own.instruct(Update="wait 2")
    yield Program(root, own, tmp_path / "scratch")
    own.instruct()
    if own.state is not None:
        own.destroy()


@contextmanager
def silent(emulator: Emulator, root: Path) -> Iterator[None]:
    """The emulator takes requests and answers none; inside, one waits for its answer."""
    pid = json.loads((root / ".pkgops" / "local" / "server.json").read_text())["pid"]
    try:
        eventually(lambda: stopped_unread(pid, emulator.port))
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def stopped_unread(pid: int, port: int) -> bool:
    """Stops the process so that a request lies before it unread. One it has read and not answered when it is stopped
    keeps others from coming, as they are asked one after the other: it may go on then, for another try."""
    os.kill(pid, signal.SIGSTOP)
    with contextlib.suppress(AssertionError):
        return bool(eventually(lambda: unread(port), 1))
    os.kill(pid, signal.SIGCONT)
    return False


def wait_for_text(process: subprocess.Popen[str], text: str) -> None:
    """Waits until the process says something on stderr."""
    assert process.stderr is not None
    while text not in (line := process.stderr.readline()):
        assert line, text


def test_a_signal_detaches_and_the_next_run_attaches(program: Program) -> None:
    running = program.start("deploy", version=2)
    program.until(running, "UPDATE_IN_PROGRESS")
    code, out, err = program.signalled(running, signal.SIGTERM)
    assert (code, out) == (143, "")
    assert err.splitlines()[-1] == (
        f"Stopped watching {NAME}; CloudFormation continues. To watch again: pkgops deploy stately --stage local; "
        "for the status: pkgops status --stage local; to cancel an update: pkgops cancel stately --stage local."
    )
    assert "Traceback" not in err
    assert list(program.scratch.iterdir()) == []
    assert program.world.status == "UPDATE_IN_PROGRESS"
    again = program.start("deploy", version=2)
    wait_for_text(again, f"{NAME} is UPDATE_IN_PROGRESS: waiting for that to end")
    program.world.instruct()
    code, out, err = program.ended(again)
    assert code == 0, err
    assert f"{NAME}  UNCHANGED" in err
    assert program.world.status == "UPDATE_COMPLETE"


def test_the_second_time_it_ends_at_once(program: Program, emulator: Emulator) -> None:
    running = program.start("deploy", version=2)
    program.until(running, "UPDATE_IN_PROGRESS")
    with silent(emulator, program.root):  # so that letting go has to wait for an answer
        running.send_signal(signal.SIGINT)
        wait_for_text(running, "interrupt again to exit at once")
        code, out, err = program.signalled(running, signal.SIGINT)
    assert (code, out) == (130, "")
    # Not always the last line: the thread of the stack reports its end in the same moment.
    assert "Ended at once. CloudFormation continues what it has started; pkgops status shows it." in err.splitlines()
    assert "Traceback" not in err
    assert program.world.status == "UPDATE_IN_PROGRESS"


def test_after_ctrl_c_the_update_can_be_taken_back(program: Program) -> None:
    running = program.start("deploy", "--output", "json", version=2)
    program.until(running, "UPDATE_IN_PROGRESS")
    code, _, err = program.signalled(running, signal.SIGINT)
    assert code == 130
    last = json.loads(err.splitlines()[-1])
    assert last["event"] == "Note"
    assert f"Stopped watching {NAME}" in last["text"]
    cancelling = program.start("cancel")
    wait_for_text(cancelling, "UPDATE_ROLLBACK_IN_PROGRESS")
    program.world.instruct()
    code, _, err = program.ended(cancelling)
    assert code == 0, err
    assert f"Cancelled and rolled back on stage local: {NAME}." in err
    state = program.world.state
    assert state is not None
    assert (state.status, state.outputs["Version"]) == ("UPDATE_ROLLBACK_COMPLETE", "1")
