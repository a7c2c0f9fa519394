"""Log events as lines for reading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from pkgops.logs.line import LogLine
from pkgops.logs.parser import parse
from pkgops.ports.logs import LogEvent

REQUEST = "8f5d3a52-9d3e-4f0e-8c1d-2f6f3e0a7b11"


def events(*messages: str, stream: str = "s", at: int = 0) -> list[LogEvent]:
    return [LogEvent("g", stream, at, str(number), message) for number, message in enumerate(messages)]


def lines(*messages: str) -> list[LogLine]:
    return parse("f", events(*messages))


def texts(found: Sequence[LogLine]) -> list[str]:
    return [line.text for line in found]


def test_an_invocation_folds_into_its_report() -> None:
    found = lines(
        "INIT_START Runtime Version: python:3.12\tRuntime Version ARN: arn:x\n",
        f"START RequestId: {REQUEST} Version: $LATEST\n",
        "hello\n",
        f"END RequestId: {REQUEST}\n",
        f"REPORT RequestId: {REQUEST}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 512 MB\t"
        "Max Memory Used: 64 MB\tInit Duration: 210.50 ms\t\nXRAY TraceId: 1-2\tSegmentId: 3\n",
    )
    assert texts(found) == ["hello", "12 ms, 64 of 512 MB, cold start 210 ms"]
    assert (found[1].level, found[1].request_id) == ("REPORT", REQUEST)


def test_a_start_from_a_snapshot_is_a_cold_start() -> None:
    metrics = {"durationMs": 5.5, "memorySizeMB": 512, "maxMemoryUsedMB": 64, "restoreDurationMs": 180.2}
    told = json.dumps({"time": "t", "type": "platform.report", "record": {"requestId": REQUEST, "metrics": metrics}})
    found = lines(
        f"REPORT RequestId: {REQUEST}\tDuration: 5.50 ms\tBilled Duration: 100 ms\tMemory Size: 512 MB\t"
        "Max Memory Used: 64 MB\tRestore Duration: 180.20 ms\tBilled Restore Duration: 94 ms\t\n",
        told + "\n",
    )
    assert texts(found) == ["5.5 ms, 64 of 512 MB, cold start 180 ms"] * 2


def test_a_failed_invocation_shows_in_its_report() -> None:
    (found,) = lines(
        f"REPORT RequestId: {REQUEST}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\t"
        "Max Memory Used: 40 MB\tStatus: timeout\t\n"
    )
    assert (found.level, found.text) == ("ERROR", "3000 ms, 40 of 128 MB, timeout")


def test_raw_is_verbatim() -> None:
    messages = [f"START RequestId: {REQUEST} Version: 1\n", '{"level": "INFO"}\n', "\x1b[31mred\n", "  indented"]
    found = parse("f", events(*messages), raw=True)
    assert [line.raw for line in found] == messages
    assert [line.text + "\n" for line in found[:3]] == messages[:3]


def powertools(**extra: Any) -> str:
    return json.dumps(
        {
            "level": "INFO",
            "location": "handler:41",
            "message": "scored",
            "timestamp": "2026-05-01 10:00:00,123+0000",
            "service": "pkgwatch",
            "cold_start": False,
            "function_name": "f",
            "function_memory_size": "512",
            "function_arn": "arn",
            "function_request_id": REQUEST,
            "xray_trace_id": "1-2-3",
            **extra,
        }
    )


def test_a_powertools_line_is_level_message_and_extras() -> None:
    (found,) = lines(powertools(package="npm/lodash", score=81.5))
    assert (found.level, found.text, found.request_id) == ("INFO", "scored", REQUEST)
    assert found.fields == {"package": "npm/lodash", "score": 81.5}


def test_a_powertools_exception_follows_the_message() -> None:
    trace = 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: boom'
    (found,) = lines(powertools(level="ERROR", message="failed", exception=trace, exception_name="ValueError"))
    assert (found.level, found.text) == ("ERROR", f"failed\n{trace}")
    assert found.fields == {}


def test_lambda_json_format() -> None:
    found = lines(
        json.dumps({"time": "t", "type": "platform.start", "record": {"requestId": REQUEST}}),
        json.dumps(
            {"level": "WARN", "message": "careful", "requestId": REQUEST, "stackTrace": ["  File a\n", "  File b"]}
        ),
        json.dumps(
            {
                "time": "t",
                "type": "platform.report",
                "record": {
                    "requestId": REQUEST,
                    "status": "error",
                    "metrics": {
                        "durationMs": 1.2345,
                        "memorySizeMB": 128,
                        "maxMemoryUsedMB": 40,
                        "initDurationMs": 99.9,
                    },
                },
            }
        ),
    )
    assert [(line.level, line.text) for line in found] == [
        ("WARNING", "careful\n  File a\n  File b"),
        ("ERROR", "1.2 ms, 40 of 128 MB, cold start 100 ms, error"),
    ]


def test_an_embedded_metric_is_names_and_values() -> None:
    blob = {"_aws": {"CloudWatchMetrics": [{"Namespace": "P", "Metrics": [{"Name": "Scored"}]}]}, "Scored": 3, "x": "y"}
    (found,) = lines(json.dumps(blob))
    assert (found.level, found.fields) == ("METRIC", {"Scored": 3})


@pytest.mark.parametrize(
    ("message", "level", "text"),
    [
        (f"[INFO]\t2026-05-01T10:00:00.123Z\t{REQUEST}\tscored npm\n", "INFO", "scored npm"),
        (f"[WARNING]\t2026-05-01T10:00:00.123Z\t{REQUEST}\tcareful\n", "WARNING", "careful"),
        (
            "[ERROR] ValueError: boom\nTraceback (most recent call last):\n",
            "ERROR",
            "ValueError: boom\nTraceback (most recent call last):",
        ),
        (f"2026-05-01T10:00:00.123Z {REQUEST} Task timed out after 3.00 seconds\n\n", "ERROR", None),
        ("[1, 2, 3]", "", "[1, 2, 3]"),
        ('{"half": ', "", '{"half": '),
        ("", "", ""),
    ],
)
def test_text_lines(message: str, level: str, text: str | None) -> None:
    (found,) = lines(message)
    assert found.level == level
    assert text is None or found.text == text
    assert found.raw == message


TRACEBACK = [
    f"[ERROR]\t2026-05-01T10:00:00.123Z\t{REQUEST}\tfailed",
    "Traceback (most recent call last):",
    '  File "a.py", line 1, in f',
    "    1 / 0",
    "ZeroDivisionError: division by zero",
    "",
    "During handling of the above exception, another exception occurred:",
    "",
    "Traceback (most recent call last):",
    '  File "b.py", line 2, in g',
    "ValueError: boom",
]


def test_a_traceback_in_many_events_is_one_line() -> None:
    found = lines("before", *TRACEBACK, "after", '{"message": "json"}', "  not part of json")
    assert [line.raw for line in found] == [
        "before",
        "\n".join(TRACEBACK),
        "after",
        '{"message": "json"}',
        "  not part of json",
    ]
    assert found[1].level == "ERROR"


def test_a_traceback_of_another_stream_or_time_is_another_line() -> None:
    header, frame, end = TRACEBACK[1], TRACEBACK[2], TRACEBACK[4]
    other = [*events(header, frame), *events(frame, stream="t")]
    assert [line.raw for line in parse("f", other)] == [f"{header}\n{frame}", frame]
    later = [*events(header, frame), *events(end, at=5000)]
    assert [line.raw for line in parse("f", later)] == [f"{header}\n{frame}", end]


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("\x1b[2Jgone", "\x1b[2Jgone"),  # the command line shows it escaped
        ("a\rb\r\nc\td", "a\nb\nc\td"),
        ("Traceback\r\xa0\xa01 / 0", "Traceback\n  1 / 0"),
        ("naïve 漢字 🙂", "naïve 漢字 🙂"),
    ],
)
def test_line_ends_are_line_feeds(message: str, text: str) -> None:
    assert texts(lines(message)) == [text]
