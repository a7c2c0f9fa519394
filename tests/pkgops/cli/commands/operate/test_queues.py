"""pkgops queues."""

from __future__ import annotations

import json

import pytest

from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.queues import FakeQueues

DEV = ("--stage", "dev")


@pytest.fixture
def ports(project):
    port = FakeQueues(pkgwatch_package_dlq_dev=["a", "b"], pkgwatch_package_queue_dev=["c"])
    port.ages = {"pkgwatch-package-dlq-dev": 7300, "pkgwatch-package-queue-dev": 45}
    return FakePorts(queues=port)


@pytest.mark.parametrize("words", [("queues",), ("queues", "ls")])
def test_without_a_subcommand_they_are_listed(run, ports, words):
    result = run(*words, *DEV, ports=ports)
    assert result.exit_code == 0, result.stderr
    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()}
    assert lines["Queue"] == ["Waiting", "In", "flight", "Delayed", "Oldest", "Dead", "letters", "Dead"]
    assert lines["pkgwatch-package-dlq-dev"] == ["2", "0", "0", "2", "h", "-", "-"]
    assert lines["pkgwatch-package-queue-dev"] == ["1", "0", "0", "45", "s", "pkgwatch-package-dlq-dev", "2"]
    assert lines["pkgwatch-streams-dlq-dev"] == ["-"] * 6


def test_json(run, ports):
    rows = {row["queue"]: row for row in json.loads(run("queues", *DEV, "-o", "json", ports=ports).stdout)}
    assert rows["pkgwatch-package-queue-dev"] == {
        "queue": "pkgwatch-package-queue-dev",
        "waiting": 1,
        "in_flight": 0,
        "delayed": 0,
        "oldest": 45,
        "dead_letters": "pkgwatch-package-dlq-dev",
        "dead": 2,
    }


def test_dead_letters_go_back(run, ports):
    dry = run("queues", "redrive", "package-dlq", "--dry-run", *DEV, ports=ports)
    assert dry.stdout == ("Would move 2 messages from pkgwatch-package-dlq-dev to pkgwatch-package-queue-dev.\n")
    done = run("queues", "redrive", "package-dlq", *DEV, "-o", "json", ports=ports)
    assert json.loads(done.stdout)["moved"] == 2
    assert ports.queues.waiting["pkgwatch-package-queue-dev"] == ["c", "a", "b"]
    assert run("queues", "redrive", "package-dlq", *DEV, ports=ports).stdout.startswith("No messages are waiting")


def test_messages_are_shown(run, ports):
    result = run("queues", "peek", "package-dlq", *DEV, ports=ports)
    assert result.stdout == "0\n  a\n1\n  b\n"
    assert run("queues", "peek", "package-dlq", "-n", "1", *DEV, ports=ports).stdout == "0\n  a\n"
    assert json.loads(run("queues", "peek", "package-dlq", *DEV, "-o", "json", ports=ports).stdout)[1]["body"] == "b"
    ports.queues.waiting["pkgwatch-package-dlq-dev"] = []
    assert run("queues", "peek", "package-dlq", *DEV, ports=ports).stderr.startswith("No messages are waiting in")


def test_a_message_of_several_lines_does_not_look_like_two(run, ports):
    ports.queues.waiting["pkgwatch-package-dlq-dev"] = ["one\ntwo"]
    assert run("queues", "peek", "package-dlq", *DEV, ports=ports).stdout == "0\n  one\n  two\n"


@pytest.mark.parametrize("command", ["purge", "redrive"])
def test_a_queue_that_is_not_deployed_says_what_to_deploy(run, command):
    words = ["package-dlq", *(["--yes"] if command == "purge" else [])]
    result = run("queues", command, *words, *DEV, ports=FakePorts(queues=FakeQueues()))
    assert result.exit_code == 2
    assert "Deploy its system: pkgops deploy pkgwatch --stage dev." in result.stderr


def test_a_queue_is_emptied_after_asking(run, ports):
    refused = run("queues", "purge", "package-dlq", *DEV, ports=ports)
    assert refused.exit_code == 6
    assert ports.queues.waiting["pkgwatch-package-dlq-dev"] == ["a", "b"]
    done = run("queues", "purge", "package-dlq", "--yes", *DEV, ports=ports)
    assert done.stdout == "Deleted 2 messages of pkgwatch-package-dlq-dev.\n"
    assert ports.queues.waiting["pkgwatch-package-dlq-dev"] == []
    again = run("queues", "purge", "package-dlq", "--yes", *DEV, ports=ports)
    assert again.stdout == "pkgwatch-package-dlq-dev is empty.\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["redrive", "package-dql"], "Did you mean"),
        (["redrive", "streams-dlq"], "is not a dead-letter queue"),
        (["redriv"], "redrive"),
        (["redrive"], "QUEUE"),
    ],
)
def test_errors(run, ports, words, message):
    result = run("queues", *words, *DEV, ports=ports)
    assert result.exit_code == 2
    assert message in result.stderr


def test_help_of_the_group(run):
    assert "redrive" in run("queues", "--help").stdout
    assert "redrive" in run("queues", "-h").stdout


def test_a_message_is_sent(run, ports, tmp_path):
    file = tmp_path / "message.json"
    file.write_text('{"a": "\u00fc"}')
    done = run("queues", "send", "package-queue", "--data", f"@{file}", *DEV, ports=ports)
    assert done.stdout == "Sent to pkgwatch-package-queue-dev.\n"
    assert "the message was not checked" in done.stderr
    assert ports.queues.waiting["pkgwatch-package-queue-dev"] == ["c", '{"a": "\u00fc"}']


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--data", "{broken"), "is not JSON"),
        (("--data", "{}", "--type", "X"), "have no type"),
        (("--schema",), "No format is declared for pkgwatch-package-queue-dev"),
    ],
)
def test_what_is_not_sent(run, ports, words, reason):
    refused = run("queues", "send", "package-queue", *words, *DEV, ports=ports)
    assert refused.exit_code == 2
    assert reason in refused.stderr
    assert ports.queues.waiting["pkgwatch-package-queue-dev"] == ["c"]


def test_a_protected_stage_wants_its_name(run, ports, project):
    stages = project / "stages.toml"
    stages.write_text(stages.read_text().replace("[dev]", "[dev]\nprotected = true"))
    words = ("queues", "send", "package-queue", "--data", "{}", "--yes", *DEV)
    refused = run(*words, ports=ports)
    assert refused.exit_code != 0
    assert "Stage dev is protected" in refused.stderr
    assert ports.queues.waiting["pkgwatch-package-queue-dev"] == ["c"]
