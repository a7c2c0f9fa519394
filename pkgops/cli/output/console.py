"""The console of a run: results on stdout; progress and messages on stderr."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from pkgops.cli.output.mode import OutputMode
from pkgops.cli.output.terminal import fitted, rendered, unguarded, write_line

if TYPE_CHECKING:
    from pkgops.cli.output.display import Display
    from pkgops.events import Event


class Console:
    """Writes what a command reports. The progress display opens with the first event, and closes before
    anything else is written."""

    def __init__(self, mode: OutputMode) -> None:
        self.mode = mode
        self._display: Display | None = None
        self._lock = threading.Lock()  # events come from the threads of a deployment

    def emit(self, event: Event) -> None:
        """Shows progress; the `pkgops.events.Emit` that the library gets."""
        with self._lock:
            if self._display is None:
                from pkgops.cli.output.display import open_display

                self._display = open_display(self.mode, unguarded(sys.stderr))
            display = self._display
        display.emit(event)

    def use_display(self, display: Display) -> None:
        """Shows events with this display, in place of the one that fits the mode."""
        self.close_display()
        with self._lock:
            self._display = display

    def close_display(self) -> None:
        """Ends the progress display, so that something else can be written."""
        with self._lock:
            display, self._display = self._display, None
        if display is not None:
            display.close()

    def print_result(self, value: Any, text: str) -> None:
        """Writes ``value`` as a JSON document with --output json, else ``text``; nothing if that is empty."""
        self.close_display()
        if self.mode.json:
            from pkgops.cli.output.table import document

            write_line(sys.stdout, document(value), color=False)
        elif text:
            write_line(sys.stdout, text, color=self.colored)

    def print_document(self, value: Any) -> None:
        """Writes ``value`` as a JSON document, with or without --output json."""
        from pkgops.cli.output.table import document

        self.print_result(value, document(value))

    def print_value(self, value: Any, text: str) -> None:
        """As `print_result`, for text that is used elsewhere: says so if it had to be changed to be shown."""
        self.print_result(value, text)
        if rendered(text, color=False) != text:
            self.print_message("Control characters are shown escaped; --output json has the exact value.")

    def print_table(self, columns: Sequence[str], rows: Iterable[Sequence[Any]], empty: str, value: Any = None) -> None:
        """Writes a table, or ``value`` (by default a list of objects with the columns' names) as JSON; without
        rows the message ``empty`` on stderr."""
        from pkgops.cli.output.table import table

        listed = [tuple(row) for row in rows]
        if value is None:
            value = [dict(zip((name.lower() for name in columns), row, strict=True)) for row in listed]
        self.print_result(value, table(columns, listed, self.width))
        if not listed:
            self.print_message(empty)

    def print_message(self, text: str) -> None:
        """Writes a sentence for people on stderr; nothing with --output json, or if it is empty."""
        self.close_display()
        if text and not self.mode.json:
            write_line(sys.stderr, fitted(text, _width(sys.stderr)), color=self.mode.colored(sys.stderr))

    @contextmanager
    def json_results(self) -> Iterator[dict[str, Any]]:
        """A dictionary of results by system; with --output json written at the end, after an error too."""
        results: dict[str, Any] = {}
        try:
            yield results
        finally:
            if self.mode.json and results:
                self.print_result(results, "")

    @property
    def interactive(self) -> bool:
        """Whether a question can be answered."""
        return not self.mode.json and sys.stdin.isatty()

    @property
    def width(self) -> int | None:
        """The characters in a line of stdout; None if that is no terminal."""
        return _width(sys.stdout)

    @property
    def error_width(self) -> int | None:
        """The characters in a line of stderr; None if that is no terminal."""
        return _width(sys.stderr)

    def fitted(self, text: str) -> str:
        """Text for stdout whose lines end between words where that is a terminal; not for values to be copied."""
        return fitted(text, self.width)

    @property
    def colored(self) -> bool:
        """Whether stdout gets colors."""
        return self.mode.colored(sys.stdout)


def _width(stream: TextIO) -> int | None:
    if not stream.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns
