"""A log line is data: whatever strangers make a function write is shown, and ends nothing."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pkgops.cli.output.console import Console
from pkgops.cli.output.log_lines import line_text, line_writer
from pkgops.cli.output.mode import OutputMode
from pkgops.logs.json_line import json_line
from pkgops.logs.parser import parse
from pkgops.ports.logs import LogEvent

TEXT = st.text(st.characters(), max_size=12)  # halves of surrogate pairs too
KEYS = st.sampled_from(
    (
        *(
            "level",
            "log_level",
            "message",
            "msg",
            "errorMessage",
            "exception",
            "stack_trace",
            "stackTrace",
            "requestId",
        ),
        *("request_id", "function_request_id", "type", "value", "durationMs", "metrics", "status", "initDurationMs"),
    )
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**30, -(10**30), 10**400, 2**64])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | TEXT, inner, max_size=4),
    max_leaves=8,
)
METRICS = st.fixed_dictionaries(
    {"_aws": VALUES | st.fixed_dictionaries({"CloudWatchMetrics": VALUES | st.lists(VALUES)})},
    optional={"Count": VALUES, "message": VALUES},
)
DECLARED = st.lists(VALUES | st.fixed_dictionaries({"Name": st.just("Count") | VALUES}), max_size=3)
EMBEDDED = st.builds(
    lambda declared, value: {"_aws": {"CloudWatchMetrics": [{"Metrics": declared}]}, "Count": value},
    DECLARED | VALUES,
    VALUES,
)
PLATFORM = st.fixed_dictionaries(
    {
        "time": VALUES,
        "type": st.sampled_from(["platform.report", "platform.start", "platform.fault", "platform.other"]) | VALUES,
        "record": VALUES | st.fixed_dictionaries({}, optional={"metrics": VALUES, "status": VALUES}),
    }
)
OBJECTS = st.dictionaries(KEYS | TEXT, VALUES, max_size=6) | METRICS | EMBEDDED | PLATFORM
STARTS = st.sampled_from(
    (
        *("", "{", "[", "[ERROR]\t", "REPORT RequestId: ", "REPORT RequestId: a\tDuration: ", "START RequestId: "),
        *("INIT_START ", "XRAY TraceId: ", "EXTENSION\tName: ", "Traceback (most recent call last):\n"),
        *("\xa0", "\r\n", "\x00"),
    )
)
MESSAGES = (
    st.builds(json.dumps, OBJECTS)
    | st.builds(lambda value: json.dumps(value, ensure_ascii=False), OBJECTS)
    | st.builds(lambda start, text: start + text, STARTS, TEXT)
)
DEEP = 50_000


def shown(message: str, *, as_json: bool = False, raw: bool = False) -> list[str]:
    """The lines on standard output, whose encoding is UTF-8 as a terminal's is."""
    found = parse("f", [LogEvent("g", "s", 0, "1", message)], raw=raw)
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n")
    with redirect_stdout(stream):
        write = line_writer(Console(OutputMode(json=as_json)), ["f"], raw=raw)
        for line in found:
            line_text(line)  # as `invoke` shows it
            write(line)
        stream.flush()
    return stream.buffer.getvalue().decode().split("\n")[:-1]  # type: ignore[attr-defined]


def left_out(message: str) -> bool:
    """The platform's own lines about an invocation are folded into its report."""
    if not message.startswith("{"):
        return not parse("f", [LogEvent("g", "s", 0, "1", message)])
    record = json.loads(message)
    return (
        set(record) == {"time", "type", "record"}
        and record["type"] in ("platform.start", "platform.fault")
        and isinstance(record["record"], dict)
        and json_line(0, "f", message) is None
    )


@given(MESSAGES.filter(lambda message: not message.startswith("{") or message.endswith("}")))
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@example('{"_aws":{"CloudWatchMetrics":[{"Metrics":["x"]}]}}')
@example('{"time":"t","type":"platform.report","record":"no"}')
@example('{"time":"t","type":"platform.report","record":null}')
@example('{"time":"t","type":"platform.report","record":{"metrics":{"durationMs":"\\ud800"}}}')
@example('{"message":"\\ud800","\\udfff":["\\ud800"]}')
@example(f'{{"message":[{10**30}],"n":{10**400},"m":[{10**30}]}}')
def test_generated_lines(message: str) -> None:
    try:
        hidden = left_out(message)
    except ValueError:  # begins as JSON and is none
        hidden = False
    for as_json in (False, True):
        assert bool(shown(message, as_json=as_json)) != hidden
        assert shown(message, as_json=as_json, raw=True)
    if not hidden:
        for line in shown(message, as_json=True):
            assert json.loads(line)["name"] == "f"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param('{"a":' * DEEP + "1" + "}" * DEEP, id="nested objects"),
        pytest.param('{"_aws":' + "[" * DEEP + "]" * DEEP + "}", id="nested lists"),
        pytest.param('{"message":' + "[" * 101 + "]" * 101 + "}", id="a little too deep"),
        pytest.param('{"message":' + "[" * 99 + "]" * 99 + "}", id="just not too deep"),
        pytest.param('{"message":"' + "x" * 1_048_576 + '"}', id="1 MB of JSON"),
        pytest.param("é\ud800" * 524_288, id="1 MB of halves"),
        pytest.param("{" * 1_048_576, id="1 MB of nothing"),
        pytest.param('{"n":' + "9" * 100_000 + "}", id="a long number"),
        pytest.param("[ERROR]\t" + "\n" * 100_000 + "x", id="empty lines"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_large_and_deep_lines(message: str, as_json: bool) -> None:
    assert shown(message, as_json=as_json)
    assert shown(message, as_json=as_json, raw=True)


@pytest.mark.parametrize(
    "record", [{"_aws": {"CloudWatchMetrics": [{"Metrics": ["x"]}]}}, {"_aws": "x"}, {"_aws": None}]
)
def test_what_resembles_a_metric_is_shown_as_it_is(record: dict[str, object]) -> None:
    (row,) = shown(json.dumps(record), as_json=True)
    assert json.loads(row)["fields"] == record
    (line,) = shown(json.dumps(record))
    assert "_aws=" in line
