"""What becomes of the state if there is no room to save it?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pkgops.testing.owner import owner
from tests.mounts import on_small_disk, require_mounts
from tests.repository import ROOT

pytestmark = pytest.mark.emulator

# On a disk of its own, which only this process and the emulator it starts see.
PROGRAM = """
import contextlib, os, sys, time
from pathlib import Path
from pkgops.errors import AccessError
from pkgops.local.client.emulator import Emulator
from pkgops.local.home import Home
from pkgops.local.saved_states import SavedStates
from tests.emulator import client, free_port

disk = Path(sys.argv[1])
emulator = Emulator(disk / ".pkgops" / "local", free_port(), None)
states = SavedStates(Home(emulator.home))

def queues():
    urls = client(emulator, "sqs").list_queues().get("QueueUrls", [])
    return [url.rpartition("/")[2] for url in urls]

def fill():
    file = os.open(disk / "filling", os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while True:
            os.write(file, bytes(4096))
    os.close(file)

def refused(call, *wanted):
    try:
        call()
    except AccessError as error:
        for one in wanted:
            assert one in f"{error.message} {error.hint}", (one, error.message, error.hint)
    else:
        raise AssertionError("not refused")

emulator.up()
client(emulator, "sqs").create_queue(QueueName="one")
until = time.monotonic() + 20
while not states.newest() and time.monotonic() < until:
    time.sleep(0.05)
kept = states.newest()
fill()
client(emulator, "sqs").create_queue(QueueName="two")
refused(emulator.down, "No space left on device", "goes on running", "local down --force")
assert queues() == ["one", "two"]                                  # nothing is lost yet
assert states.newest() == kept                                     # what was saved is still there
assert "No space left" in emulator.status().unsaved
partial = [path.name for path in Home(emulator.home).snapshots.iterdir() if path.suffix]
assert partial == [], partial
assert emulator.down(force=True)
refused(emulator.up, "No space left on device")                    # nowhere to note that it runs
(disk / "filling").unlink()
status = emulator.up()
assert "what changed since" in status.note, status.note
assert queues() == ["one"]
client(emulator, "sqs").create_queue(QueueName="three")
fill()
refused(emulator.down, "goes on running")
(disk / "filling").unlink()                                        # room is made, and the command repeated
assert emulator.down()
assert emulator.up().note == ""
assert queues() == ["one", "three"]
emulator.down()
"""


def test_it_is_told_and_what_was_saved_is_kept(tmp_path: Path) -> None:
    require_mounts()
    disk = tmp_path / "disk"
    disk.mkdir()
    command = on_small_disk(disk, "6m", sys.executable, "-c", PROGRAM, str(disk))
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", **owner()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
