"""pkgops tail-logs, and how its lines look."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator, Sequence

import pytest

from pkgops.ports.logs import LogEvent
from tests.pkgops.fakes.logs import FakeLogs
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks

DEV = ("--stage", "dev")
HEALTH = "/aws/lambda/pkgwatch-api-health-dev"
SCAN = "/aws/lambda/pkgwatch-api-scan-dev"
JSON_LINE = '{"level":"WARNING","message":"slow","timestamp":"x","package":"npm/react","took":1.5,"request_id":"r-1"}'


@pytest.fixture
def now():
    return int(time.time() * 1000)


@pytest.fixture
def ports(project, now):
    logs = FakeLogs()
    logs.write(
        HEALTH,
        "1",
        [
            (now - 9000, "START RequestId: r-1 Version: $LATEST\n"),
            (now - 8000, "fine\n"),
            (now - 6000, "END RequestId: r-1\n"),
            (now - 7_200_000, "long ago\n"),
        ],
    )
    logs.write(SCAN, "1", [(now - 7000, JSON_LINE + "\n"), (now - 5000, "[ERROR] ValueError: no\n")])
    return FakePorts(logs=logs)


def test_functions_are_merged_in_time_order(run, ports):
    lines = run("tail-logs", *DEV, ports=ports).stdout.splitlines()
    assert [line.split()[2] for line in lines] == ["health", "scan", "scan"]
    assert lines[1].endswith("WARNING slow package=npm/react took=1.5")
    assert len({line.index(name) for line, name in zip(lines, ("health", "scan", "scan"), strict=True)}) == 1


def test_one_function_since_and_filter(run, ports):
    result = run("tail-logs", "HealthHandler", "--since", "3h", *DEV, ports=ports)
    assert [line.split(" ", 3)[3].strip() for line in result.stdout.splitlines()] == ["long ago", "fine"]
    assert run("tail-logs", "--filter", "slow", *DEV, ports=ports).stdout.count("\n") == 1


def test_raw_is_verbatim(run, ports):
    lines = run("tail-logs", "--raw", *DEV, ports=ports).stdout.splitlines()
    assert lines[0].endswith("START RequestId: r-1 Version: $LATEST")
    assert any(line.endswith(JSON_LINE) for line in lines)


def test_json_lines(run, ports):
    rows = [json.loads(line) for line in run("tail-logs", "--output", "json", *DEV, ports=ports).stdout.splitlines()]
    assert [row["name"] for row in rows] == ["health", "scan", "scan"]
    assert rows[1]["level"] == "WARNING"
    assert rows[1]["fields"]["package"] == "npm/react"
    assert rows[1]["request_id"] == "r-1"
    assert "raw" not in rows[0]


def test_colors_name_functions_and_levels(run, ports):
    colored = run("tail-logs", "--color", *DEV, ports=ports).stdout
    assert "\x1b[33mWARNING slow" in colored
    assert "\x1b[" not in run("tail-logs", *DEV, ports=ports).stdout


REQUEST = "6f1c4d9a-9c57-4c8f-8b8e-2a1100000001"
GATEWAY = "0c8f7b8e-2a11-4d9a-9c57-6f1c00000002"


@pytest.fixture
def requests(project, now):
    """Two invocations in turn in one stream, another beside them; one logs the gateway's id."""
    logs = FakeLogs()
    first = ["INIT_START Runtime Version: x\tRuntime Version ARN: arn:x\n", "loading\n"]
    first += [f"START RequestId: {REQUEST} Version: $LATEST\n", "one\n", "[ERROR] ValueError: no\n"]
    second = ["START RequestId: other Version: $LATEST\n", "two\n", json.dumps({"message": "m", "request_id": GATEWAY})]
    second += ["three\n", "END RequestId: other\n", "START RequestId: third Version: $LATEST\n", "four\n"]
    logs.write(HEALTH, "1", [(now - 9000 + at, message) for at, message in enumerate(first + second)])
    logs.write(HEALTH, "2", [(now - 9000 + at, "beside\n") for at in range(12)])
    logs.write(SCAN, "1", [(now - 8000, f"[INFO]\tx\tgot {GATEWAY}\n")])
    return FakePorts(logs=logs)


@pytest.mark.parametrize(
    ("request_id", "texts"),
    [(REQUEST, ["loading", "one", "ValueError: no"]), (GATEWAY, ["two", "m", "three", f"got {GATEWAY}"])],
)
def test_the_lines_of_a_request(run, requests, request_id, texts):
    shown = run("tail-logs", "--request", request_id, *DEV, "-o", "json", ports=requests).stdout.splitlines()
    assert [json.loads(line)["text"].split("\t")[-1] for line in shown] == texts


def test_a_request_of_lambdas_json_lines(run, project, now):
    logs = FakeLogs()
    kinds = [("initStart", "init"), ("start", REQUEST), ("report", REQUEST), ("start", "next")]
    rows = [json.dumps({"time": "t", "type": f"platform.{kind}", "record": {"requestId": id}}) for kind, id in kinds]
    rows[2:2] = [json.dumps({"message": "mine"})]
    logs.write(HEALTH, "1", list(enumerate([*rows, json.dumps({"message": "of the next"})], now - 9000)))
    found = run("tail-logs", "--request", REQUEST, *DEV, ports=FakePorts(logs=logs)).stdout
    assert ("mine" in found, "of the next" in found, found.count("\n")) == (True, False, 2)


def test_a_request_and_follow_are_refused(run, requests):
    assert run("tail-logs", "--request", REQUEST, "-f", *DEV, ports=requests).exit_code == 2


def test_finding_nothing_says_where_it_looked(run, ports):
    nothing = run("tail-logs", "health", "scan", "--filter", "nosuch", "--since", "1h", *DEV, ports=ports)
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "No log lines with nosuch from 20" in nothing.stderr
    assert f"to now in {HEALTH}, {SCAN}." in nothing.stderr
    every = run("tail-logs", "--request", REQUEST, *DEV, ports=ports).stderr
    assert f"of request {REQUEST} from" in every
    assert re.search(r" and \d+ more\.", every)
    quiet = run("tail-logs", "--filter", "nosuch", "-o", "json", *DEV, ports=ports)
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, "", "")
    assert "No log lines" not in run("tail-logs", *DEV, ports=ports).stderr


def test_finding_nothing_says_that_the_system_is_not_deployed(run, ports):
    undeployed = run("tail-logs", "--filter", "nosuch", *DEV, ports=ports)
    assert (undeployed.exit_code, undeployed.stdout) == (0, "")
    assert "No stack of pkgwatch is deployed on stage dev. Deploy it first: pkgops deploy pkgwatch" in undeployed.stderr
    stacks = FakeStacks()
    stacks.deployed("PkgWatchApi-dev", "CREATE_COMPLETE")
    deployed = run("tail-logs", "--filter", "nosuch", *DEV, ports=FakePorts(logs=ports.logs, stacks=stacks))
    assert "No log lines" in deployed.stderr
    assert "deployed" not in deployed.stderr


class Endless(FakeLogs):
    """Live Tail that gives a line, and then the user presses Ctrl-C."""

    def live(self, groups: Sequence[str], sampled: object = None) -> Iterator[LogEvent | None]:
        yield LogEvent(groups[0], "2", int(time.time() * 1000), "", "newest\n")
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        while True:
            time.sleep(0.02)
            yield None


def test_following_until_ctrl_c(run, project, now):
    logs = Endless()
    logs.write(HEALTH, "1", [(now - 8000, "before\n")])
    result = run("tail-logs", "health", "--follow", *DEV, ports=FakePorts(logs=logs))
    assert result.exit_code == 130
    texts = [line.split()[-1] for line in result.stdout.splitlines()]
    assert texts == ["before", "newest"]
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["helth"], "Did you mean health"), (["--since", "soon"], "10m"), (["--stage", "prdo"], "prod")],
)
def test_errors(run, ports, arguments, message):
    result = run("tail-logs", *DEV, *arguments, ports=ports)
    assert result.exit_code == 2
    assert message in result.stderr


def test_ten_thousand_lines(run, project, now):
    logs = FakeLogs()
    logs.write(HEALTH, "1", [(now - 60_000 + index, f"line {index}\n") for index in range(10_000)])
    result = run("tail-logs", *DEV, ports=FakePorts(logs=logs))
    assert result.stdout.count("\n") == 10_000
