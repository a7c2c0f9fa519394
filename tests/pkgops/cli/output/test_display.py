"""The display that fits a run, its JSON lines, and when there are colors."""

from __future__ import annotations

import io
import json

import pytest

from pkgops.cli.output.display import open_display
from pkgops.cli.output.json_display import JsonDisplay
from pkgops.cli.output.mode import OutputMode
from pkgops.cli.output.plain_display import PlainDisplay
from pkgops.events import ResourceChanged, Started

FAILED = ResourceChanged("Api", "Web", "AWS::WAFv2::WebACL", "CREATE_FAILED", "Not allowed.", 3, 9)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stream():
    return io.StringIO()


def test_json_lines(stream):
    display = JsonDisplay(stream)
    display.emit(FAILED)
    display.emit(Started("Packaging"))
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first == {
        "event": "ResourceChanged",
        "stack": "Api",
        "logical_id": "Web",
        "type": "AWS::WAFv2::WebACL",
        "status": "CREATE_FAILED",
        "reason": "Not allowed.",
        "done": 3,
        "total": 9,
    }
    assert second == {"event": "Started", "what": "Packaging"}


def test_which_display(stream):
    assert isinstance(open_display(OutputMode(), stream), PlainDisplay)
    assert isinstance(open_display(OutputMode(json=True), Terminal()), JsonDisplay)
    live = open_display(OutputMode(), Terminal())
    live.close()
    assert type(live).__name__ == "LiveDisplay"
    assert isinstance(open_display(OutputMode(color=False), Terminal()), PlainDisplay)


@pytest.mark.parametrize(
    ("mode", "stream", "environment", "expected"),
    [
        (OutputMode(), io.StringIO(), {}, False),
        (OutputMode(), Terminal(), {}, True),
        (OutputMode(), Terminal(), {"NO_COLOR": "1"}, False),
        (OutputMode(), Terminal(), {"TERM": "dumb"}, False),
        (OutputMode(color=True), io.StringIO(), {"NO_COLOR": "1"}, True),
        (OutputMode(color=False), Terminal(), {}, False),
    ],
)
def test_when_there_are_colors(monkeypatch, mode, stream, environment, expected):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert mode.colored(stream) is expected
