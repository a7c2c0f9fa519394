"""The emulator: started once, stopped cleanly, never another project's, and nothing lost without a note."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from pkgops.errors import AccessError
from pkgops.events import Note, Started
from pkgops.local.home import Home
from tests.emulator import client
from tests.processes import KNOWN, ended, family, listening_addresses, needs_process_table
from tests.repository import ROOT
from tests.waiting import eventually

pytestmark = pytest.mark.emulator

UP = """
import sys
from pathlib import Path
from pkgops.local.client.emulator import Emulator
print(Emulator(Path(sys.argv[1]), int(sys.argv[2])).up().pid)
"""


def command(emulator):
    """Another command line that starts the same emulator."""
    arguments = [sys.executable, "-c", UP, str(emulator.home), str(emulator.port)]
    return subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)


@needs_process_table
def test_up_starts_it_once_and_down_ends_it(fresh):
    events = []
    assert not fresh.running()
    status = fresh.up(events.append)
    assert (status.running, status.port, status.version) == (True, fresh.port, "1.5.33")
    assert [event.what for event in events if isinstance(event, Started)] == ["Starting the emulator"]
    assert fresh.up().pid == status.pid
    assert fresh.down()
    assert not fresh.running()
    assert ended(status.pid)
    assert not Home(fresh.home).scratch.exists()
    assert not fresh.down()


@needs_process_table
def test_its_memory_is_reported(emulator):
    assert emulator.status().memory > 10_000_000


@pytest.mark.skipif(KNOWN, reason="the system tells about processes")
def test_its_memory_is_unknown_where_the_system_does_not_tell(fresh):
    status = fresh.up()
    assert (status.running, status.memory) == (True, None)
    assert fresh.down()
    assert not fresh.running()


def test_two_commands_at_once_start_one_server(fresh):
    both = [command(fresh), command(fresh)]
    pids = {one.communicate(timeout=60)[0] for one in both}
    assert len(pids) == 1
    assert int(pids.pop()) == fresh.status().pid


def test_it_outlives_the_command_that_started_it_and_its_terminal(fresh):
    starter = command(fresh)
    pid = int(starter.communicate(timeout=60)[0])
    with pytest.raises(ProcessLookupError):
        os.killpg(starter.pid, signal.SIGINT)  # as Ctrl-C would reach whatever is left of the command
    assert os.getpgid(pid) == pid
    assert fresh.status().pid == pid


def test_what_was_deployed_is_there_after_a_restart(fresh):
    fresh.up()
    client(fresh, "s3").create_bucket(Bucket="kept")
    client(fresh, "s3").put_object(Bucket="kept", Key="a/b", Body=b"text")
    client(fresh, "sqs").create_queue(QueueName="kept")
    fresh.down()
    status = fresh.up()
    assert status.note == ""
    assert client(fresh, "s3").get_object(Bucket="kept", Key="a/b")["Body"].read() == b"text"
    assert client(fresh, "sqs").get_queue_url(QueueName="kept")["QueueUrl"].endswith("/kept")


@needs_process_table
def test_a_crash_loses_only_the_last_moment_and_says_so(fresh):
    first = fresh.up()
    sqs, s3 = client(fresh, "sqs"), client(fresh, "s3")
    sqs.create_queue(QueueName="saved")
    eventually(lambda: fresh.status().saved)
    saved = fresh.status().saved
    sqs.create_queue(QueueName="lost")
    s3.create_bucket(Bucket="lost")
    s3.put_object(Bucket="lost", Key="k", Body=b"x")
    os.kill(first.pid, signal.SIGKILL)
    assert ended(first.pid)
    events = []
    status = fresh.up(events.append)
    assert status.note.startswith(f"The emulator did not end properly last time: what changed since {saved} is lost")
    assert [event.level for event in events if isinstance(event, Note)] == ["warning"]
    fresh_sqs = client(fresh, "sqs")
    assert [url.rpartition("/")[2] for url in fresh_sqs.list_queues()["QueueUrls"]] == ["saved"]
    assert client(fresh, "s3").list_buckets()["Buckets"] == []
    fresh.down()
    assert fresh.up().note == ""


def test_reset_empties_it_for_good(fresh):
    fresh.up()
    client(fresh, "sqs").create_queue(QueueName="gone")
    fresh.reset()
    assert not client(fresh, "sqs").list_queues().get("QueueUrls")
    fresh.down()
    fresh.up()
    assert not client(fresh, "sqs").list_queues().get("QueueUrls")


def test_asking_a_stopped_emulator_says_how_to_start_it(fresh):
    for ask in (fresh.reset, fresh.messages):
        with pytest.raises(AccessError) as error:
            ask()
        assert "pkgops local up" in error.value.hint
    assert fresh.status().running is False
    assert fresh.log() == []


def test_the_log_can_be_read(emulator):
    lines = emulator.log(2)
    assert len(lines) == 2


@needs_process_table
def test_it_listens_on_loopback_alone(emulator, aws, function):
    assert function("def handler(e, c): return 1")() == 1
    aws("iot").create_thing(thingName="thing")
    aws("iot").describe_endpoint(endpointType="iot:Data-ATS")
    try:
        aws("transfer").create_server(Protocols=["SFTP"])
    except aws("transfer").exceptions.ClientError:
        pass
    assert listening_addresses(*family(emulator.status().pid)) == {"127.0.0.1"}


def test_mail_is_kept(emulator, aws, unique):
    ses, sesv2 = aws("ses"), aws("sesv2")
    one, two, other = (f"{unique(name)}@example.com" for name in ("one", "two", "other"))
    ses.verify_email_identity(EmailAddress="noreply@pkgwatch.dev")
    ses.send_email(
        Source="noreply@pkgwatch.dev",
        Destination={"ToAddresses": [one], "CcAddresses": [two]},
        Message={"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "text"}, "Html": {"Data": "<p>html</p>"}}},
    )
    raw = f"From: noreply@pkgwatch.dev\r\nTo: Raw <{other}>\r\nSubject: Raw one\r\n\r\nplain\r\n"
    ses.send_raw_email(RawMessage={"Data": raw.encode()})
    sesv2.send_email(FromEmailAddress="noreply@pkgwatch.dev", Content={"Raw": {"Data": raw.encode()}})
    kept = [mail for mail in emulator.messages() if mail.went_to(one) or mail.went_to(other)]
    first, second, third = kept
    assert (first.sender, first.to) == ("noreply@pkgwatch.dev", (one, two))
    assert (first.subject, first.text, first.html) == ("Hello", "text", "<p>html</p>")
    assert first.time <= second.time <= third.time
    assert [(mail.sender, mail.to, mail.subject, mail.text.strip()) for mail in (second, third)] == [
        ("noreply@pkgwatch.dev", (f"Raw <{other}>",), "Raw one", "plain")
    ] * 2
