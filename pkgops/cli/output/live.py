"""How does progress look on a terminal?

A line a stack with its state, the time it takes, how many resources are done and the latest one; below it
the reasons of what failed, which stay. Above them goes by what is worth a sentence. rich costs a tenth of a
second to import, so the display opens only when a run lasts longer than `PATIENCE`.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from pkgops.cli.output.views import IDLE, Lines, amount, failed, finished, note, tint
from pkgops.events import Event, Finished, Note, Progress, ResourceChanged, StackChanged, Started

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live as RichLive
    from rich.text import Text

PATIENCE = 0.4
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


@dataclass
class Row:
    """One thing that lasts: a stack, or a task of the tool."""

    name: str
    began: float
    status: str = ""
    seconds: float = 0.0
    done: int = 0
    total: int = 0
    latest: str = ""
    reasons: list[str] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return bool(self.status) and not self.status.endswith("_IN_PROGRESS")


class Board:
    """What is going on, folded from the events."""

    def __init__(self) -> None:
        self.tasks: dict[str, Row] = {}
        self.stacks: dict[str, Row] = {}

    def take(self, event: Event, now: float) -> None:
        """Folds one event in."""
        match event:
            case Started(what):
                self.tasks[what] = Row(what, now)
            case Progress(what, done, total):
                row = self.tasks.setdefault(what, Row(what, now))
                row.done, row.total = done, total
            case Finished(what):
                self.tasks.pop(what, None)
            case StackChanged():
                self._stack(event, now)
            case ResourceChanged():
                self._resource(event, now)

    def _stack(self, event: StackChanged, now: float) -> None:
        row = self.stacks.setdefault(event.stack, Row(event.stack, now))
        row.status, row.latest = event.status, ""
        row.seconds = event.seconds or (now - row.began if row.over else 0.0)
        if event.reason and event.reason not in " ".join(row.reasons):
            row.reasons.append(event.reason)

    def _resource(self, event: ResourceChanged, now: float) -> None:
        row = self.stacks.setdefault(event.stack, Row(event.stack, now))
        row.done, row.total = event.done, event.total
        row.latest = f"{event.logical_id} {event.status}"
        reason = f"{event.logical_id} ({event.type}): {event.reason}"
        if event.reason and event.status.endswith("FAILED") and reason not in row.reasons:
            row.reasons.append(reason)


class Live:
    """The display on a terminal."""

    def __init__(self, stream: TextIO, lines: Lines) -> None:
        self._stream = stream
        self._lines = lines
        self._board = Board()
        self._lock = threading.Lock()
        self._rich: RichLive | None = None
        self._closed = False
        self._timer = threading.Timer(PATIENCE, self._open)
        self._timer.daemon = True
        self._timer.start()

    def emit(self, event: Event) -> None:
        """Folds the event into the board; sentences, and what ended, go by above it."""
        now = time.monotonic()
        with self._lock:
            began = self._board.tasks.get(event.what) if isinstance(event, Finished) else None
            self._board.take(event, now)
        if isinstance(event, Finished):
            self._above(finished(event.what, event.detail, now - began.began if began else 0.0))
        elif isinstance(event, Note):
            self._above(note(event))

    def close(self) -> None:
        """Leaves the stacks' last state on the screen."""
        self._timer.cancel()
        with self._lock:
            self._closed = True
            self._board.tasks.clear()
            rich, self._rich = self._rich, None
        if rich is not None:
            rich.stop()

    def _above(self, line: str) -> None:
        """Rich has its own lock, which its refresh thread holds while it draws: never taken under ours."""
        rich = self._rich
        if not line:
            return
        if rich is None:
            self._lines.write(line)
        else:
            from rich.text import Text

            rich.console.print(Text.from_ansi(line))

    def _open(self) -> None:
        from rich.console import Console
        from rich.live import Live as RichLive

        console = Console(file=self._stream, highlight=False)
        with self._lock:
            if not self._closed and self._rich is None:
                self._rich = RichLive(console=console, get_renderable=self._render, refresh_per_second=8)
                self._rich.start()

    def _render(self) -> RenderableType:
        from rich.console import Group

        now = time.monotonic()
        stacks, tasks = list(self._board.stacks.values()), list(self._board.tasks.values())
        width = max((len(row.name) for row in stacks), default=0)
        return Group(*(text for row in stacks for text in _stack(row, width, now)), *(_task(t, now) for t in tasks))


def _stack(row: Row, width: int, now: float) -> list[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    color = tint(row.status)
    parts = [row.status or "waiting"]
    if row.total and not row.over:
        parts.append(amount(row.done, row.total))
    parts.append(f"{row.seconds if row.over else now - row.began:.0f} s")
    if row.latest:
        parts.append(row.latest)
    line = Text(no_wrap=True, overflow="ellipsis")
    line.append(_mark(row, now), style=color).append(f" {row.name:<{width}}  ").append(parts[0], style=color)
    line.append("  " + "  ".join(parts[1:]), style="dim")
    return [line, *(Padding(Text(reason, style="red"), (0, 0, 0, 4)) for reason in row.reasons)]


def _task(row: Row, now: float) -> Text:
    from rich.text import Text

    count = f"  {amount(row.done, row.total)}" if row.done or row.total else ""
    return Text(f"{_mark(row, now)} {row.name}{count}  {now - row.began:.0f} s", no_wrap=True, overflow="ellipsis")


def _mark(row: Row, now: float) -> str:
    if not row.over:
        return SPINNER[int(now * 8) % len(SPINNER)]
    return "-" if row.status in IDLE else "✗" if failed(row.status) else "✓"
