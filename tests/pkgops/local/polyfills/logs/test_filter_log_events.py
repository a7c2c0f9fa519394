"""Contract: FilterLogEvents has pages, takes patterns, and gives every event an id."""

from __future__ import annotations

import time

import pytest

pytestmark = pytest.mark.emulator
NOW = int(time.time() * 1000) - 60_000


@pytest.fixture
def group(aws, unique):
    """``group({stream: [(offset in ms, message)]})``: a log group with these events; its name."""
    logs, made = aws("logs"), []

    def create(streams):
        name = unique("group")
        logs.create_log_group(logGroupName=name)
        made.append(name)
        for stream, rows in streams.items():
            logs.create_log_stream(logGroupName=name, logStreamName=stream)
            for start in range(0, len(rows), 10_000):
                events = [{"timestamp": NOW + at, "message": text} for at, text in rows[start : start + 10_000]]
                logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=events)
        return name

    yield create
    for name in made:
        logs.delete_log_group(logGroupName=name)


def messages(aws, name, **more):
    pages = list(aws("logs").get_paginator("filter_log_events").paginate(logGroupName=name, **more))
    return [[event["message"] for event in page["events"]] for page in pages]


def test_more_than_ten_thousand_events_come_in_pages_and_none_is_lost(aws, group):
    name = group({stream: [(n // 3, f"{stream}{n}") for n in range(6_000)] for stream in "ab"})
    pages = messages(aws, name)
    assert [len(page) for page in pages] == [10_000, 2_000]
    every = [message for page in pages for message in page]
    assert sorted(every) == sorted(f"{stream}{n}" for n in range(6_000) for stream in "ab")
    assert every[:7] == ["a0", "a1", "a2", "b0", "b1", "b2", "a3"]


def test_a_page_has_as_many_events_as_were_asked_for(aws, group):
    name = group({"a": [(0, f"a{n}") for n in range(5)], "b": [(0, f"b{n}") for n in range(2)]})
    logs = aws("logs")
    first = logs.filter_log_events(logGroupName=name, limit=3)
    second = logs.filter_log_events(logGroupName=name, limit=3, nextToken=first["nextToken"])
    third = logs.filter_log_events(logGroupName=name, limit=3, nextToken=second["nextToken"])
    assert "nextToken" not in third
    events = [event for page in (first, second, third) for event in page["events"]]
    assert [event["message"] for event in events] == ["a0", "a1", "a2", "a3", "a4", "b0", "b1"]
    assert len({event["eventId"] for event in events}) == 7


def test_a_page_holds_at_most_a_megabyte(aws, group):
    name = group({"a": [(n, "x" * 200_000) for n in range(5)]})
    more = group({"a": [(n, "x" * 200_000) for n in range(6)]})
    assert [len(page) for page in messages(aws, name)] == [5]
    assert [len(page) for page in messages(aws, more)] == [5, 1]


def test_streams_are_chosen_by_name_or_prefix(aws, group):
    name = group({"web/1": [(0, "a")], "web/2": [(1, "b")], "job/1": [(2, "c")]})
    assert messages(aws, name, logStreamNamePrefix="web/") == [["a", "b"]]
    assert messages(aws, name, logStreamNames=["job/1"]) == [["c"]]
    assert messages(aws, name, startTime=NOW + 1, endTime=NOW + 1) == [["b"]]


def test_the_pattern_holds_for_all_pages(aws, group):
    name = group({"a": [(n, f'{{"level": "{"ERROR" if n % 2 else "INFO"}", "n": {n}}}') for n in range(10)]})
    pages = messages(aws, name, filterPattern='{ $.level = "ERROR" && $.n > 2 }', PaginationConfig={"PageSize": 3})
    assert [len(page) for page in pages] == [3, 1]


@pytest.mark.parametrize(
    "wrong", [{"nextToken": "nonsense"}, {"filterPattern": "{ $.a = }"}, {"filterPattern": "[ip, user]"}]
)
def test_what_is_not_understood_is_refused(aws, group, wrong):
    name = group({"a": [(0, "x")]})
    logs = aws("logs")
    with pytest.raises(logs.exceptions.InvalidParameterException):
        logs.filter_log_events(logGroupName=name, **wrong)


def test_the_lines_of_functions_have_ids(function, aws):
    speaking = function("def handler(event, context): print('spoken')")
    speaking()
    first, again = (
        [event["eventId"] for event in aws("logs").filter_log_events(logGroupName=group)["events"]]
        for group in [f"/aws/lambda/{speaking.name}"] * 2
    )
    assert first == again
    assert len(set(first)) == len(first) >= 4
