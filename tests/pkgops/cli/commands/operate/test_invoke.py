"""pkgops invoke."""

from __future__ import annotations

import json
import sys

import pytest

from tests.pkgops.fakes.functions import FakeFunctions
from tests.pkgops.fakes.ports import FakePorts

DEV = ("--stage", "dev")


def health(event):
    sys.stdout.write("checking\n")
    return {"statusCode": 200, "echo": event}


def scan(event):
    raise ValueError("no such package")


@pytest.fixture
def ports(project):
    return FakePorts(functions=FakeFunctions({"pkgwatch-api-health-dev": health, "pkgwatch-api-scan-dev": scan}))


@pytest.mark.parametrize("name", ["health", "HealthHandler", "pkgwatch-api-health-dev", "pkgwatch-api-health"])
def test_the_answer_on_stdout_the_log_on_stderr(run, ports, name):
    result = run("invoke", name, *DEV, "--payload", '{"a": 1}', ports=ports)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout) == {"statusCode": 200, "echo": {"a": 1}}
    assert "checking\n" in result.stderr
    assert "returned 200" in result.stderr


def test_payload_from_a_file_and_from_stdin(run, ports, project):
    (project / "event.json").write_text('{"from": "file"}')
    assert '"file"' in run("invoke", "health", *DEV, "--payload", "@event.json", ports=ports).stdout
    assert '"stdin"' in run("invoke", "health", *DEV, "--payload", "-", ports=ports, input='{"from": "stdin"}').stdout
    assert json.loads(run("invoke", "health", *DEV, ports=ports).stdout)["echo"] == {}


def test_a_failing_function_ends_with_1(run, ports):
    result = run("invoke", "scan", *DEV, ports=ports)
    assert result.exit_code == 1
    assert "no such package" in result.stderr
    assert json.loads(result.stdout)["errorType"] == "ValueError"


def test_who_sent_nothing_is_told_how_to_make_an_event(run, ports):
    hint = "It was sent {}. To see what its trigger sends: pkgops invoke scan --generate KIND (api, "
    assert hint in run("invoke", "scan", *DEV, ports=ports).stderr
    assert hint not in run("invoke", "scan", *DEV, "--payload", "{}", ports=ports).stderr
    assert hint not in run("invoke", "health", *DEV, ports=ports).stderr
    assert json.loads(run("invoke", "scan", *DEV, "-o", "json", ports=ports).stdout)["error"]


def test_json(run, ports):
    answer = json.loads(run("invoke", "health", *DEV, "-o", "json", ports=ports).stdout)
    assert (answer["status"], answer["error"]) == (200, "")
    assert answer["payload"]["statusCode"] == 200
    assert any(line["text"] == "checking" for line in answer["log"])


def test_what_a_schedule_sends(run, ports):
    ports.functions.deployed["pkgwatch-api-reset-usage-dev"] = lambda event: event
    result = run("invoke", "reset-usage", *DEV, "--schedule", "pkgwatch-monthly-usage-reset", ports=ports)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["detail-type"] == "Scheduled Event"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["helth"], "Did you mean health"),
        (["health", "--payload", "{"], "JSON"),
        (["health", "--payload", "@nothing.json"], "nothing.json"),
        (["get-usage"], "pkgops deploy"),
        (["health", "--schedule", "x"], "health has no schedule"),
        (["health", "--schedule", "x", "--payload", "{}"], "not both"),
    ],
)
def test_errors(run, ports, arguments, message):
    result = run("invoke", *arguments, *DEV, ports=ports)
    assert result.exit_code == 2
    assert message in result.stderr


def test_events_are_saved_sent_and_generated(run, ports, project):
    said = run("invoke", "health", *DEV, "--payload", '{"a": 1}', "--save", "first", ports=ports).stderr
    assert "Saved events/pkgwatch/health/first.json" in said
    assert json.loads(run("invoke", "health", *DEV, "--event", "first", ports=ports).stdout)["echo"] == {"a": 1}
    calls = len(ports.functions.calls)
    printed = json.loads(run("invoke", "health", *DEV, "--generate", "api", ports=ports).stdout)
    assert printed["httpMethod"] == "GET"
    assert not run("invoke", "health", *DEV, "--generate", "api", "--save", "request", ports=ports).stdout
    assert len(ports.functions.calls) == calls, "generating invokes nothing"
    assert run("invoke", "health", *DEV, "--event", "request", ports=ports).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["health", "--event", "none"], "Unknown event of health"),
        (["health", "--event", "x", "--payload", "{}"], "not both"),
        (["health", "--generate", "sqs"], "Nothing of kind sqs starts health"),
        (["health", "--profile"], "stage local only"),
        (["health", "--debugger"], "stage local only"),
    ],
)
def test_errors_of_events(run, ports, arguments, message):
    result = run("invoke", *arguments, *DEV, ports=ports)
    assert result.exit_code == 2
    assert message in result.stderr
