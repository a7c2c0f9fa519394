"""Progress on a terminal."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import threading
from itertools import pairwise

import pytest
from rich.console import Console

from pkgops.cli.output.live_display import LiveDisplay, ProgressState
from pkgops.cli.output.mode import OutputMode
from pkgops.cli.output.plain_display import PlainDisplay
from pkgops.events import Finished, Note, Progress, ResourceChanged, StackChanged, Started
from tests.repository import ROOT

FAILED = ResourceChanged("Api", "Web", "AWS::WAFv2::WebACL", "CREATE_FAILED", "Not allowed.", 3, 9)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stream():
    return Terminal()


@pytest.fixture
def live(stream):
    display = LiveDisplay(stream, PlainDisplay(stream, OutputMode()))
    yield display
    display.close()


def drawn(live: LiveDisplay) -> str:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    console.print(live._render())
    return console.file.getvalue()


def test_the_state_keeps_what_lasts_and_why_it_failed():
    state = ProgressState()
    state.apply(Started("Packaging"), 0.0)
    state.apply(Progress("Packaging", 3, 7), 1.0)
    state.apply(StackChanged("Api", "CREATE_IN_PROGRESS"), 2.0)
    state.apply(FAILED, 3.0)
    state.apply(FAILED, 3.5)
    state.apply(StackChanged("Api", "ROLLBACK_COMPLETE"), 9.0)
    assert (state.tasks["Packaging"].done, state.tasks["Packaging"].total) == (3, 7)
    row = state.stacks["Api"]
    assert row.reasons == ["Web (AWS::WAFv2::WebACL): Not allowed."]
    assert (row.ended, row.seconds) == (True, 7.0)
    state.apply(Finished("Packaging"), 10.0)
    assert not state.tasks


def test_a_line_a_stack(live):
    live.emit(StackChanged("Storage", "CREATE_COMPLETE", "", 4.2))
    live.emit(StackChanged("Api", "CREATE_IN_PROGRESS"))
    live.emit(FAILED)
    first, second, third = drawn(live).splitlines()
    assert first.split()[1:] == ["Storage", "CREATE_COMPLETE", "4", "s"]
    assert second.split()[1:5] == ["Api", "CREATE_IN_PROGRESS", "3", "of"]
    assert "Web CREATE_FAILED" in second
    assert third.strip() == "Web (AWS::WAFv2::WebACL): Not allowed."


def test_a_quick_run_needs_no_rich_and_says_what_is_worth_it(live, stream):
    live.emit(Started("Comparing"))
    live.emit(Finished("Comparing"))
    live.emit(Note("The emulator has been started."))
    live.close()
    assert stream.getvalue() == "The emulator has been started.\n"


def test_many_threads_and_a_drawing_terminal(live, stream):
    """Events come from the threads of a deployment while rich draws in its own: no deadlock, no lost line."""
    live._open()

    def work(name: str) -> None:
        for index in range(50):
            live.emit(ResourceChanged(name, f"R{index}", "T", "CREATE_COMPLETE", "", index, 50))
            live.emit(Note(f"{name} {index}"))

    threads = [threading.Thread(target=work, args=(f"S{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    live.close()
    assert all(f"S{number} {index}" in stream.getvalue() for number in range(4) for index in range(50))


def test_closing_twice_and_before_it_opened(live):
    live.close()
    live.close()
    live._open()
    assert live._rich is None


def test_on_a_real_terminal(tmp_path):
    """The display draws on stderr when that is a terminal; stdout stays clean."""
    script = (
        "import sys\nfrom pkgops.cli.output.display import open_display\n"
        "from pkgops.cli.output.mode import OutputMode\n"
        "from pkgops.events import *\ndisplay = open_display(OutputMode(), sys.stderr)\n"
        "display.emit(StackChanged('Api', 'CREATE_IN_PROGRESS'))\ndisplay._open()\n"
        "display.emit(StackChanged('Api', 'CREATE_COMPLETE', '', 3.0))\ndisplay.close()\nprint('data')\n"
    )
    leader, follower = pty.openpty()
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color"},
        stdout=subprocess.PIPE,
        stderr=follower,
        check=True,
        timeout=120,
    )
    os.close(follower)
    shown = os.read(leader, 65536).decode()
    os.close(leader)
    assert ended.stdout == b"data\n"
    assert "CREATE_COMPLETE" in shown
    assert "\x1b[" in shown


def test_events_do_not_control_the_terminal(live, stream):
    """Neither markup, titles and links nor colors come from what is shown."""
    hostile = "\x1b]0;title\x07\x1b]8;;http://a.example\x1b\\link\u202e[red]x[/red]"
    live._open()
    live.emit(Note(hostile, "warning"))
    live.emit(Started(hostile))
    live.emit(ResourceChanged(hostile, hostile, hostile, f"{hostile}FAILED", f"{hostile}\nsecond", 1, 2))
    live.emit(Finished(hostile, hostile))
    live.close()
    shown = stream.getvalue()
    assert shown.count(r"\x1b]0;title\x07\x1b]8;;http://a.example") >= 3
    assert "[red]x[/red]" in shown
    assert not {"\x1b]", "\x07", "\u202e", "\x1b\\"} & {*shown, *map("".join, pairwise(shown))}
