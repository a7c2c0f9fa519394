"""The last line of the development loop says what somebody has to do something about, however narrow it is."""

from __future__ import annotations

import io
import re

import pytest

from pkgops.cli.dev.display import DevDisplay, dev_text
from pkgops.dev.events import Checked, ConsentNeeded, Declined, Failed, Recovered, Swapped, Updated, Watching
from pkgops.events import Event

WATCHING = Watching(("notes",), "local", 5)


class Screen:
    """A display of that many columns, and what it has written."""

    def __init__(self, width: int | None) -> None:
        self.width = width
        self.stream = io.StringIO()
        self.display = DevDisplay(self.stream, terminal=True, color=True, width=lambda: self.width)

    def last(self, *events: Event) -> str:
        """The last line after these events, with its colors."""
        for event in events:
            self.display.emit(event)
        return self.stream.getvalue().rpartition("\r\x1b[K")[2].rpartition("\n")[2]


def uncolored(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_failure_stays_first_and_red_until_it_is_corrected() -> None:
    screen = Screen(80)
    last = screen.last(WATCHING, Swapped("notes", ("list-notes",), 0.04), Failed("notes", "handlers/a.py:4: wrong"))
    assert uncolored(last) == "pkgops dev: notes failed · watching notes on local, 5 functions"
    assert "\x1b[" in last
    assert "failed" in screen.last(Swapped("notes", ("list-notes",), 0.04))
    last = screen.last(Recovered("notes"))
    assert last == "pkgops dev: watching notes on local, 5 functions · swapped list-notes in 0.04 s"


def test_what_there_is_no_room_for_is_left_out_from_the_end() -> None:
    screen = Screen(80)
    names = ("create-note", "list-notes", "get-note", "cleanup-notes", "other")
    assert screen.last(WATCHING, Swapped("notes", names, 0.1)) == "pkgops dev: watching notes on local, 5 functions"
    screen.width = 200
    assert "cleanup-notes and 1 more in 0.10 s" in screen.last(Checked("notes", "", 1.0))
    screen.width = 30
    assert screen.last(Checked("notes", "", 1.0)) == "pkgops dev: watching notes o…"


@pytest.mark.parametrize("over", [Declined("notes"), Updated("notes", ("Notes-local",), 0.2), Failed("notes", "no")])
def test_a_question_stays_in_the_last_line_until_it_is_over(over: Event) -> None:
    screen = Screen(80)
    asked = ConsentNeeded("notes", ("Data would be lost: Notes-local: NotesTable: removed",))
    assert uncolored(screen.last(WATCHING, asked)).startswith("pkgops dev: notes: y or n? · watching notes")
    assert "y or n" not in screen.last(over)
    assert "y or n" not in screen.last(ConsentNeeded("notes", ("lost",), answerable=False))


def test_the_last_line_is_shown_again_below_what_was_typed() -> None:
    screen = Screen(80)
    screen.last(WATCHING)
    before = len(screen.stream.getvalue())
    screen.display.typed()
    assert screen.stream.getvalue()[before:] == "pkgops dev: watching notes on local, 5 functions"
    assert "next save" in dev_text(Declined("notes"))
