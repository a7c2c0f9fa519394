"""The contract of the `Logs` port, for the fake and for the emulator: every event, once, in order."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pkgops.aws.connection.client import Clients
from pkgops.aws.logs import CloudWatchLogs
from pkgops.errors import AccessError
from pkgops.local.client.emulator import Emulator
from pkgops.model import LOCAL_ACCOUNT, Stage
from pkgops.ports.logs import Logs
from tests.pkgops.fakes.logs import FakeLogs
from tests.pkgops.fakes.scripted import Answer, scripted

pytestmark = pytest.mark.emulator

Write = Callable[[str, str, Sequence[tuple[int, str]]], None]
NOW = int(time.time() * 1000) - 600_000


@pytest.fixture(params=["fake", "emulator"])
def service(request: pytest.FixtureRequest) -> tuple[Logs, Write]:
    """The port, and a way to write to a stream (which is made)."""
    if request.param == "fake":
        fake = FakeLogs()
        return fake, fake.write
    logs = request.getfixturevalue("aws")("logs")

    def write(group: str, stream: str, lines: Sequence[tuple[int, str]]) -> None:
        for make, arguments in (
            (logs.create_log_group, {"logGroupName": group}),
            (logs.create_log_stream, {"logGroupName": group, "logStreamName": stream}),
        ):
            try:
                make(**arguments)
            except logs.exceptions.ResourceAlreadyExistsException:
                continue
        logs.put_log_events(
            logGroupName=group,
            logStreamName=stream,
            logEvents=[{"timestamp": at, "message": message} for at, message in lines],
        )

    return CloudWatchLogs(request.getfixturevalue("clients")), write


def test_both_bounds_are_included(service: tuple[Logs, Write], unique: Callable[[str], str]) -> None:
    port, write = service
    group = unique("bounds")
    write(group, "s", [(NOW + i, f"line {i}") for i in range(5)])
    assert [event.message for event in port.fetch(group, NOW + 1, NOW + 3)] == ["line 1", "line 2", "line 3"]


def test_streams_come_in_time_order(service: tuple[Logs, Write], unique: Callable[[str], str]) -> None:
    port, write = service
    group = unique("order")
    write(group, "a", [(NOW, "1"), (NOW + 20, "3")])
    write(group, "b", [(NOW + 10, "2"), (NOW + 30, "4")])
    events = list(port.fetch(group, NOW))
    assert [(event.stream, event.message) for event in events] == [("a", "1"), ("b", "2"), ("a", "3"), ("b", "4")]
    assert {event.group for event in events} == {group}


def test_equal_lines_are_all_there(service: tuple[Logs, Write], unique: Callable[[str], str]) -> None:
    port, write = service
    group = unique("equal")
    write(group, "s", [(NOW, "same")] * 3)
    events = list(port.fetch(group, NOW))
    assert [event.message for event in events] == ["same"] * 3
    assert len({event.id for event in events}) == 3


def test_a_group_that_is_not_there_has_no_events(service: tuple[Logs, Write], unique: Callable[[str], str]) -> None:
    assert list(service[0].fetch(unique("absent"), 0)) == []


def test_more_events_than_one_answer_holds(service: tuple[Logs, Write], unique: Callable[[str], str]) -> None:
    """The emulator ends an answer at 10,000 and names no next page; here that falls inside a millisecond that
    many equal lines of two streams share."""
    port, write = service
    group = unique("many")
    write(group, "a", [(NOW + i // 100, f"a {i % 50}") for i in range(12_500)])
    write(group, "b", [(NOW + i // 100, f"b {i % 50}") for i in range(12_500)])
    events = list(port.fetch(group, NOW))
    assert len(events) == 25_000
    assert set(Counter((event.stream, event.message) for event in events).values()) == {250}
    assert [event.time for event in events] == sorted(event.time for event in events)


def test_more_events_in_one_millisecond_than_one_answer_holds(
    service: tuple[Logs, Write], unique: Callable[[str], str]
) -> None:
    port, write = service
    group = unique("burst")
    write(group, "a", [(NOW - 1, "before")] + [(NOW, f"a {i % 7_000}") for i in range(14_000)])
    write(group, "b", [(NOW, f"b {i}") for i in range(3_000)] + [(NOW + 1, "after")])
    counts = Counter(event.message for event in port.fetch(group, NOW - 1))
    assert counts.total() == 17_002
    assert counts["before"] == counts["after"] == 1
    assert all(counts[f"a {i}"] == 2 for i in range(7_000))
    assert all(counts[f"b {i}"] == 1 for i in range(3_000))


def test_live_tail_brings_what_is_written(service: tuple[Logs, Write], unique: Callable[[str], str]) -> None:
    port, write = service
    group = unique("live")
    write(group, "s", [(NOW, "old")])
    session = port.live([group, unique("absent")])
    assert next(session) is None  # the session runs, and nothing was written since
    writer = threading.Thread(target=write, args=(group, "s", [(NOW + 1, "new")]))
    writer.start()
    event = next(event for event in session if event is not None)
    writer.join()
    assert (event.group, event.stream, event.time, event.message) == (group, "s", NOW + 1, "new")
    session.close()  # type: ignore[attr-defined]


def test_live_tail_over_no_group_ends(service: tuple[Logs, Write], unique: Callable[[str], str]) -> None:
    assert list(service[0].live([unique("absent")])) == []


def test_pages_of_aws_are_followed_to_the_last() -> None:
    """AWS names the next page, also behind an empty one."""
    pages: dict[str, Any] = {
        "": {"events": [_row(1)], "nextToken": "empty"},
        "empty": {"events": [], "nextToken": "last"},
        "last": {"events": [_row(1, "other"), _row(2)]},
    }

    def answer(operation: str, arguments: dict[str, Any]) -> Answer:
        assert operation == "FilterLogEvents"
        return 200, pages[arguments.get("nextToken", "")]

    with scripted(answer) as endpoint:
        events = list(CloudWatchLogs(Clients(Stage("local"), endpoint)).fetch("group", 1))
    assert [(event.time, event.id, event.message) for event in events] == [
        (1, "id-1-same", "same"),
        (1, "id-1-other", "other"),
        (2, "id-2-same", "same"),
    ]


@pytest.mark.parametrize(
    ("code", "reason"), [("AccessDeniedException", "AccessDenied"), ("LimitExceededException", "Limit")]
)
def test_a_refused_live_tail_is_not_implemented(code: str, reason: str) -> None:
    def answer(operation: str, arguments: dict[str, Any]) -> Answer:
        if operation == "DescribeLogGroups":
            assert arguments == {"logGroupNamePrefix": "/aws/lambda/a"}
            return 200, {"logGroups": [{"logGroupName": "/aws/lambda/a", "arn": "arn:aws:logs:x:1:log-group:a:*"}]}
        return 400, {"__type": code, "message": "no"}

    with scripted(answer) as endpoint, pytest.raises(NotImplementedError, match=reason):
        next(CloudWatchLogs(Clients(Stage("local"), endpoint)).live(["/aws/lambda/a"]))


def test_denied_access_is_an_access_error() -> None:
    with (
        scripted(
            lambda *_call: (400, {"__type": "AccessDeniedException", "message": "no logs:FilterLogEvents"})
        ) as endpoint,
        pytest.raises(AccessError, match="no logs:FilterLogEvents"),
    ):
        list(CloudWatchLogs(Clients(Stage("local"), endpoint)).fetch("group", 1))


def _row(at: int, message: str = "same") -> dict[str, Any]:
    return {"logStreamName": "s", "timestamp": at, "message": message, "eventId": f"id-{at}-{message}"}


def test_other_regions_are_those_of_the_account(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator in place of AWS, as AWS_ENDPOINT_URL has it: stage local itself has one region."""
    secret = emulator.credentials().secret
    assert CloudWatchLogs(Clients(Stage("local"), emulator.endpoint, root_secret=secret)).elsewhere() == {}
    variables = {"URL": emulator.endpoint, "KEY": LOCAL_ACCOUNT, "SECRET": secret}
    for name, variable in (
        ("URL", "AWS_ENDPOINT_URL"),
        ("KEY", "AWS_ACCESS_KEY_ID"),
        ("SECRET", "AWS_SECRET_ACCESS_KEY"),
    ):
        monkeypatch.setenv(variable, variables[name])
    found = CloudWatchLogs(Clients(Stage("dev"))).elsewhere()
    assert {"us-west-2", "eu-west-1"} <= found.keys()
    assert "us-east-1" not in found
    assert list(found["eu-west-1"].fetch("/aws/lambda/us-east-1.nothing", 0)) == []
