"""Progress as plain lines."""

from __future__ import annotations

import io

import pytest

from pkgops.cli.output.mode import OutputMode
from pkgops.cli.output.plain_display import PlainDisplay
from pkgops.events import Finished, Note, Progress, ResourceChanged, StackChanged, Started


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def stream():
    return io.StringIO()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lines(stream, clock):
    return PlainDisplay(stream, OutputMode(), clock=clock)


FAILED = ResourceChanged("Api", "Web", "AWS::WAFv2::WebACL", "CREATE_FAILED", "Not allowed.", 3, 9)


def test_a_long_task_has_a_line_when_it_starts_and_when_it_ends(lines, clock, stream):
    lines.emit(Started("Packaging"))
    clock.now = 2.5
    lines.emit(Finished("Packaging", "7 artifacts"))
    assert stream.getvalue() == "Packaging ...\nPackaging: 7 artifacts, 2.5 s\n"


def test_a_quick_end_without_detail_has_no_line(lines, clock, stream):
    lines.emit(Started("Comparing"))
    clock.now = 0.3
    lines.emit(Finished("Comparing"))
    assert stream.getvalue() == "Comparing ...\n"


def test_progress_at_most_every_ten_seconds(lines, clock, stream):
    lines.emit(Started("Uploading"))
    for second in range(25):
        clock.now = float(second)
        lines.emit(Progress("Uploading", second, 40))
    assert stream.getvalue() == "Uploading ...\nUploading: 10 of 40\nUploading: 20 of 40\n"


def test_resources_of_a_stack_at_most_every_ten_seconds(lines, clock, stream):
    lines.emit(StackChanged("Api", "CREATE_IN_PROGRESS"))
    for second in range(12):
        clock.now = float(second)
        lines.emit(ResourceChanged("Api", f"R{second}", "T", "CREATE_COMPLETE", "", second, 9))
    assert stream.getvalue() == "Api  CREATE_IN_PROGRESS\nApi: 9 of 9 resources\n"


def test_failures_are_printed_once_with_their_reason(lines, stream):
    lines.emit(FAILED)
    lines.emit(FAILED)
    assert stream.getvalue() == "Api  Web (AWS::WAFv2::WebACL)  CREATE_FAILED\n  Not allowed.\n"


def test_stacks(lines, stream):
    lines.emit(StackChanged("Api", "ROLLBACK_COMPLETE", "Web: Not allowed.", 12.34))
    lines.emit(StackChanged("Storage", "UNCHANGED"))
    assert stream.getvalue() == "Api  ROLLBACK_COMPLETE  12.3 s\n  Web: Not allowed.\nStorage  UNCHANGED\n"


def test_debug_prints_every_resource(stream, clock):
    verbose = PlainDisplay(stream, OutputMode(debug=True), clock=clock)
    verbose.emit(ResourceChanged("Api", "Role", "AWS::IAM::Role", "CREATE_COMPLETE"))
    assert "Role (AWS::IAM::Role)  CREATE_COMPLETE" in stream.getvalue()


def test_warnings_are_marked(lines, stream):
    lines.emit(Note("State was lost.", "warning"))
    lines.emit(Note("Started."))
    assert stream.getvalue() == "Warning: State was lost.\nStarted.\n"


def test_colors_only_where_wanted(stream):
    PlainDisplay(stream, OutputMode(), color=True).emit(StackChanged("Api", "CREATE_COMPLETE"))
    assert "\x1b[32mCREATE_COMPLETE\x1b[0m" in stream.getvalue()
