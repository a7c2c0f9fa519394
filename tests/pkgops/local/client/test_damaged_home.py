"""What do starting, asking and stopping do when the emulator's own files are damaged or gone?"""

from __future__ import annotations

import os
import random
import signal

import pytest

from pkgops.errors import AccessError
from pkgops.local.client.emulator import Emulator
from pkgops.local.client.running import is_server
from pkgops.local.credentials import load
from pkgops.local.home import Home
from pkgops.local.saved_states import SavedStates
from pkgops.local.server.home_lock import HomeLock
from pkgops.model import LOCAL_ACCOUNT
from tests.damage import DAMAGES, garble, remove, truncate
from tests.emulator import client
from tests.processes import ended, needs_process_table
from tests.waiting import eventually

pytestmark = pytest.mark.emulator


def queues(emulator):
    return [url.rpartition("/")[2] for url in client(emulator, "sqs").list_queues().get("QueueUrls", [])]


@needs_process_table
@pytest.mark.parametrize("damage", [truncate, garble, remove])
def test_it_is_stopped_though_its_lock_is_damaged(fresh, damage):
    pid = fresh.up().pid
    client(fresh, "sqs").create_queue(QueueName="kept")
    home = Home(fresh.home)
    before = load(home.credentials, LOCAL_ACCOUNT)
    for path in (home.server_lock, home.info, home.credentials):
        damage(path, random.Random(0))
    eventually(home.server_lock.exists)  # the server makes it again
    eventually(lambda: load(home.credentials, LOCAL_ACCOUNT) == before)
    assert fresh.reachable()
    assert fresh.down()
    assert ended(pid)
    fresh.up()
    assert queues(fresh) == ["kept"]


def test_one_that_does_not_answer_is_told_from_one_that_does_not_run(fresh):
    assert (fresh.reachable(), fresh.status().note) == (False, "")
    home = Home(fresh.home)
    home.make()
    with HomeLock(home):
        assert fresh.status().note == "This project's emulator runs but does not answer. Stop it: pkgops local down"
        with pytest.raises(AccessError, match="runs but does not answer") as told:
            fresh.reachable()
        assert told.value.hint == "Stop it first: pkgops local down"
    assert (fresh.reachable(), fresh.status().note) == (False, "")


@needs_process_table
def test_another_process_is_not_stopped_in_its_place(fresh):
    """Its lock file names this very process, and it does not answer."""
    pid = fresh.up().pid
    Home(fresh.home).server_lock.write_text(str(os.getpid()), encoding="utf-8")
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(AccessError, match="which process it is cannot be told"):
            fresh.down()
    finally:
        os.kill(pid, signal.SIGCONT)
    assert fresh.down()


@needs_process_table
@pytest.mark.parametrize("after", ["up", "down", "nothing"])
def test_a_home_that_was_removed_is_a_fresh_start(fresh, tmp_path, after):
    pid = fresh.up().pid
    client(fresh, "sqs").create_queue(QueueName="gone")
    fresh.home.rename(tmp_path / "removed")  # at once: rm -rf may meet a file that is just being written
    assert not fresh.running()
    if after == "up":
        assert fresh.up().pid != pid
        assert queues(fresh) == []
    elif after == "down":
        fresh.down()  # unless it has noticed by itself
        assert not fresh.down()
    assert ended(pid)
    if after != "up":
        assert not fresh.home.exists()


@pytest.mark.parametrize("damage", DAMAGES)
def test_nothing_it_has_left_keeps_it_from_starting(fresh, damage):
    """Every file of a stopped emulator but its saved states, which have tests of their own."""
    fresh.up()
    client(fresh, "s3").create_bucket(Bucket="kept")
    client(fresh, "s3").put_object(Bucket="kept", Key="a", Body=b"text")
    fresh.down()
    chance = random.Random(0)
    files = [path for path in fresh.home.rglob("*") if path.is_file() and "state" not in path.parts]
    assert len(files) > 3
    for path in files:
        damage(path, chance)
    assert fresh.up().running
    client(fresh, "s3").put_object(Bucket="kept", Key="b", Body=b"text")
    assert fresh.down()


def test_an_empty_file_beside_the_states_means_nothing(fresh):
    fresh.up()
    client(fresh, "sqs").create_queue(QueueName="kept")
    fresh.down()
    (Home(fresh.home).snapshots / "current").write_text("", encoding="utf-8")
    assert fresh.up().note == ""
    assert queues(fresh) == ["kept"]


def test_a_damaged_state_is_told_and_the_one_before_is_there(fresh):
    fresh.up()
    states = SavedStates(Home(fresh.home))
    client(fresh, "sqs").create_queue(QueueName="one")
    eventually(lambda: states.newest() > 0)
    client(fresh, "sqs").create_queue(QueueName="two")
    fresh.down()
    newest = max((path for path in Home(fresh.home).snapshots.iterdir()), key=lambda path: path.name)
    truncate(newest / "services" / "sqs.json", random.Random(0))
    note = fresh.up().note
    assert "is damaged (sqs.json); the one saved" in note
    assert "was restored: what changed in between is lost" in note
    assert queues(fresh) == ["one"]
    fresh.down()
    assert fresh.up().note == ""


def test_a_state_that_a_service_does_not_take_is_kept(tmp_path):
    """As of a newer emulator: whole, but nothing this one can read."""
    from tests.emulator import free_port

    one = Emulator(tmp_path / "local", free_port())
    home = Home(one.home)
    home.snapshots.mkdir(parents=True)
    home.service_files.mkdir()
    states = SavedStates(home)
    target = states.begin()
    states.link_objects(target)
    body = '{"__ministack_format__": 99, "payload": {}}'
    (states.services(target) / "sqs.json").write_text(body, encoding="utf-8")
    states.seal(target)
    states.publish(target)
    with pytest.raises(AccessError, match="The saved state of sqs cannot be restored, and is kept as it is"):
        one.up()
    assert states.newest() > 0


@pytest.mark.parametrize("recorded", ["0", "-1", "1", "999999999999", "4194303"])
def test_a_damaged_lock_ends_no_other_process(fresh, recorded):
    """To the system, 0 and -1 are whole groups of processes."""
    pid = fresh.up().pid
    Home(fresh.home).server_lock.write_text(recorded, encoding="utf-8")
    assert not is_server(int(recorded))
    assert fresh.down()
    assert ended(pid)
