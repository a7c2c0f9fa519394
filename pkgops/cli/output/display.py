"""The progress display that fits a run: live on a terminal, plain lines without one, JSON lines for programs."""

from __future__ import annotations

import os
from typing import Protocol, TextIO

from pkgops.cli.output.json_display import JsonDisplay
from pkgops.cli.output.live_display import LiveDisplay
from pkgops.cli.output.mode import OutputMode
from pkgops.cli.output.plain_display import PlainDisplay
from pkgops.events import Event


class Display(Protocol):
    """Shows events until it is closed; may be called from several threads."""

    def emit(self, event: Event) -> None:
        """Shows one event."""

    def close(self) -> None:
        """Leaves the last state on the screen and stops."""


def open_display(mode: OutputMode, stream: TextIO) -> Display:
    """The display for ``stream`` in this mode."""
    if mode.json:
        return JsonDisplay(stream)
    plain = PlainDisplay(stream, mode, color=mode.colored(stream))
    if mode.color is not False and stream.isatty() and os.environ.get("TERM") != "dumb":
        return LiveDisplay(stream, plain)
    return plain
