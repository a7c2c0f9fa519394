"""Progress as a live display on a terminal.

One line per stack: its status, the time so far, how many resources are done and the latest one; below it the
reasons of failures, which stay. Notes and finished tasks scroll by above. rich takes a tenth of a second to
import, so the display opens only when a run lasts longer than `OPEN_AFTER`.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from pkgops.cli.output.event_text import IDLE, count_text, finished_text, is_failure, note_text, status_color
from pkgops.cli.output.terminal import one_line, plain, rendered
from pkgops.events import Event, Finished, Note, Progress, ResourceChanged, StackChanged, Started

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live as RichLive
    from rich.text import Text

    from pkgops.cli.output.plain_display import PlainDisplay

OPEN_AFTER = 0.4  # seconds
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


@dataclass
class ProgressRow:
    """A stack, or a task of the tool, in progress."""

    name: str
    started: float
    status: str = ""
    seconds: float = 0.0
    done: int = 0
    total: int = 0
    latest: str = ""
    reasons: list[str] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """No more events will come."""
        return bool(self.status) and not self.status.endswith("_IN_PROGRESS")


class ProgressState:
    """What is in progress, according to the events so far."""

    def __init__(self) -> None:
        self.tasks: dict[str, ProgressRow] = {}
        self.stacks: dict[str, ProgressRow] = {}

    def apply(self, event: Event, now: float) -> None:
        """Updates the state with one event."""
        match event:
            case Started(what):
                self.tasks[what] = ProgressRow(what, now)
            case Progress(what, done, total):
                row = self.tasks.setdefault(what, ProgressRow(what, now))
                row.done, row.total = done, total
            case Finished(what):
                self.tasks.pop(what, None)
            case StackChanged():
                self._stack(event, now)
            case ResourceChanged():
                self._resource(event, now)

    def _stack(self, event: StackChanged, now: float) -> None:
        row = self.stacks.setdefault(event.stack, ProgressRow(event.stack, now))
        row.status, row.latest = event.status, ""
        row.seconds = event.seconds or (now - row.started if row.ended else 0.0)
        if event.reason and event.reason not in " ".join(row.reasons):
            row.reasons.append(event.reason)

    def _resource(self, event: ResourceChanged, now: float) -> None:
        row = self.stacks.setdefault(event.stack, ProgressRow(event.stack, now))
        row.done, row.total = event.done, event.total
        row.latest = f"{event.logical_id} {event.status}"
        reason = f"{event.logical_id} ({event.type}): {event.reason}"
        if event.reason and event.status.endswith("FAILED") and reason not in row.reasons:
            row.reasons.append(reason)


class LiveDisplay:
    """The display on a terminal. Thread-safe."""

    def __init__(self, stream: TextIO, plain: PlainDisplay) -> None:
        self._stream = stream
        self._plain = plain
        self._state = ProgressState()
        self._lock = threading.Lock()
        self._rich: RichLive | None = None
        self._closed = False
        self._timer = threading.Timer(OPEN_AFTER, self._open)
        self._timer.daemon = True
        self._timer.start()

    def emit(self, event: Event) -> None:
        """Updates the display; prints notes and finished tasks above it."""
        now = time.monotonic()
        with self._lock:
            started = self._state.tasks.get(event.what) if isinstance(event, Finished) else None
            self._state.apply(event, now)
        if isinstance(event, Finished):
            self._print_above(finished_text(event.what, event.detail, now - started.started if started else 0.0))
        elif isinstance(event, Note):
            self._print_above(note_text(event))

    def close(self) -> None:
        """Leaves the stacks' last state on the screen."""
        self._timer.cancel()
        with self._lock:
            self._closed = True
            self._state.tasks.clear()
            rich, self._rich = self._rich, None
        if rich is not None:
            rich.stop()

    def _print_above(self, line: str) -> None:
        """rich has a lock of its own, held by its refresh thread while it draws: never take it under ours."""
        rich = self._rich
        if not line:
            return
        if rich is None:
            self._plain.write(line)
        else:
            from rich.text import Text

            rich.console.print(Text.from_ansi(rendered(line, color=True)))

    def _open(self) -> None:
        from rich.console import Console
        from rich.live import Live as RichLive

        console = Console(file=self._stream, highlight=False)
        with self._lock:
            if not self._closed and self._rich is None:
                self._rich = RichLive(
                    console=console,
                    get_renderable=self._render,
                    refresh_per_second=8,
                    redirect_stdout=False,  # rich would follow control characters, and links, of what is written
                    redirect_stderr=False,
                )
                self._rich.start()

    def _render(self) -> RenderableType:
        from rich.console import Group

        now = time.monotonic()
        stacks, tasks = list(self._state.stacks.values()), list(self._state.tasks.values())
        width = max((len(_shown(row.name)) for row in stacks), default=0)
        return Group(*(text for row in stacks for text in _stack(row, width, now)), *(_task(t, now) for t in tasks))


def _stack(row: ProgressRow, width: int, now: float) -> list[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    color = status_color(row.status)
    parts = [_shown(row.status) or "waiting"]
    if row.total and not row.ended:
        parts.append(count_text(row.done, row.total))
    parts.append(f"{row.seconds if row.ended else now - row.started:.0f} s")
    if row.latest:
        parts.append(_shown(row.latest))
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(_mark(row, now), style=color).append(f" {_shown(row.name):<{width}}  ").append(parts[0], style=color)
    line.append("  " + "  ".join(parts[1:]), style="dim")
    return [line, *(Padding(Text(plain(reason), style="red"), (0, 0, 0, 4)) for reason in row.reasons)]


def _task(row: ProgressRow, now: float) -> Text:
    from rich.text import Text

    count = f"  {count_text(row.done, row.total)}" if row.done or row.total else ""
    return Text(
        f"{_mark(row, now)} {_shown(row.name)}{count}  {now - row.started:.0f} s", no_wrap=True, overflow="ellipsis"
    )


def _shown(text: str) -> str:
    """Text from outside in one line; rich passes control characters on."""
    return plain(one_line(text))


def _mark(row: ProgressRow, now: float) -> str:
    if not row.ended:
        return SPINNER[int(now * 8) % len(SPINNER)]
    return "-" if row.status in IDLE else "✗" if is_failure(row.status) else "✓"
