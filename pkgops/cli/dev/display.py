"""The development loop on a terminal, or as plain lines without one.

On a terminal the last line says how things stand: what is watched, the last swap, failures. Everything else scrolls by
above it, the functions' logs included.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from pkgops.cli.output.event_text import finished_text, note_text, resource_text, stack_text
from pkgops.cli.output.terminal import fitted, indented, one_line, plain, rendered, style, write_line
from pkgops.dev.events import Checked, ConsentNeeded, Declined, Failed, Recovered, Swapped, Updated, Watching
from pkgops.events import Event, Finished, Note, ResourceChanged, StackChanged, Started
from pkgops.wording import counted

_ERASE = "\r\x1b[K"
_NAMED = 4  # functions named in a line
_SECONDS = 1.0  # a task that took less gets no line


@dataclass
class State:
    """How things stand. ``failures`` and ``asked`` are the keys of systems that have failed, or wait for an answer."""

    what: str = "starting"
    last: str = ""
    failures: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    def apply(self, event: Event) -> None:
        """Updates the state with one event."""
        match event:
            case Watching(systems, stage, functions, polling):
                how = "polling" if polling else "watching"
                self.what = f"{how} {', '.join(systems)} on {stage}, {counted(functions, 'function')}"
            case Swapped(_, functions, seconds):
                self.last = f"swapped {_names(functions)} in {seconds:.2f} s"
            case Updated(_, stacks, seconds):
                self.last = f"deployed {counted(len(stacks), 'stack')} in {seconds:.1f} s"
            case Failed(system):
                self.failures.add(system)
            case Recovered(system):
                self.failures.discard(system)
        match event:
            case ConsentNeeded(system, _, answerable):
                self.asked |= {system} if answerable else set()
            case Swapped(system) | Updated(system) | Failed(system) | Recovered(system) | Declined(system):
                self.asked.discard(system)

    def line(self, width: int | None = None) -> str:
        """The last line of the screen: what somebody has to do something about comes first, and what there is no room
        for is left out from the end."""
        parts = []
        if self.failures:
            parts.append(style(f"{', '.join(sorted(self.failures))} failed", fg="red", bold=True))
        if self.asked:
            parts.append(style(f"{', '.join(sorted(self.asked))}: y or n?", fg="red", bold=True))
        parts += [self.what, self.last] if self.last else [self.what]
        shown = f"pkgops dev: {' · '.join(parts)}"
        if width is None or len(plain(shown)) < width:
            return shown
        whole = f"pkgops dev: {' · '.join(parts[:-1])}"
        return whole if len(parts) > 1 and len(plain(whole)) < width else f"{one_line(plain(shown))[: width - 2]}…"


class DevDisplay:
    """Writes events to ``stream``; ``terminal`` keeps the last line up to date; ``width`` is asked each time, for a
    window may change. Thread-safe."""

    def __init__(
        self, stream: TextIO, *, terminal: bool, color: bool, width: Callable[[], int | None] = lambda: None
    ) -> None:
        self._stream = stream
        self._terminal = terminal
        self._color = color
        self._width = width
        self._state = State()
        self._started: dict[str, float] = {}
        self._lock = threading.RLock()
        self._shown = False

    def emit(self, event: Event) -> None:
        """Writes the event's lines, if it has any."""
        with self._lock:
            self._state.apply(event)
            text = self._text(event)
            with self.aside():
                if text:
                    write_line(self._stream, fitted(text, self._width()), color=self._color)

    def message(self, text: str) -> None:
        """Writes text above the last line."""
        with self.aside():
            if text:
                write_line(self._stream, fitted(text, self._width()), color=self._color)

    def typed(self) -> None:
        """Somebody has pressed Enter on the last line, which is shown again below."""
        with self._lock:
            self._shown = False
            self._draw()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Makes room for what is written to the terminal by other means."""
        with self._lock:
            self._erase()
            try:
                yield
            finally:
                self._draw()

    def close(self) -> None:
        """Leaves no last line behind."""
        with self._lock:
            self._erase()
            self._terminal = False

    def _erase(self) -> None:
        if self._shown:
            self._stream.write(_ERASE)
            self._stream.flush()
            self._shown = False

    def _draw(self) -> None:
        if not self._terminal or self._shown:
            return
        self._stream.write(rendered(self._state.line(self._width()), color=self._color))
        self._stream.flush()
        self._shown = True

    def _text(self, event: Event) -> str:
        match event:
            case Started(what):
                self._started[what] = time.monotonic()
            case Finished(what, detail):
                took = time.monotonic() - self._started.pop(what, time.monotonic())
                return finished_text(what, detail, took) if took > _SECONDS else ""
            case Note():
                return note_text(event)
            case StackChanged() if event.status not in {"UNCHANGED"} and not event.status.endswith("_IN_PROGRESS"):
                return stack_text(event)
            case ResourceChanged() if event.status.endswith("FAILED"):
                return resource_text(event)
        return dev_text(event, last_line=self._terminal)


def dev_text(event: Event, *, last_line: bool = False) -> str:
    """The text of one of the loop's own events; "" where the last line of a terminal says it."""
    match event:
        case Watching():
            return "" if last_line and not event.polling else _watching(event)
        case Swapped():
            return style("↻", fg="green") + f" {_swapped(event)}"
        case Updated(_, stacks, seconds):
            return style("✓", fg="green") + f" deployed {one_line(', '.join(stacks))} in {seconds:.1f} s"
        case Failed():
            head = style("✗", fg="red", bold=True)
            lines = [f"{head} {one_line(event.system)}: {indented(event.message)}"]
            lines += [f"  {indented(event.hint)}"] if event.hint else []
            return "\n".join([*lines, "  What ran before still runs."])
        case Recovered() | Declined():
            return _over(event)
        case ConsentNeeded():
            return _question(event)
        case Checked(system, problems, _) if problems:
            return style("✗", fg="yellow") + f" {one_line(system)} is deployed, but: {indented(problems)}"
    return ""


def _watching(event: Watching) -> str:
    why = " The system tells of no changes here: files are looked at three times a second." if event.polling else ""
    return (
        f"Watching {', '.join(event.systems)} on stage {event.stage}: {counted(event.functions, 'function')}. "
        f"Ctrl-C ends it.{why}"
    )


def _swapped(event: Swapped) -> str:
    text = f"{counted(len(event.functions), 'function')} · {event.seconds:.2f} s · {_names(event.functions)}"
    if event.lagging:
        text += (
            f"\n  Whoever calls a version or an alias of {_names(event.lagging)} gets the old code "
            "until the next deployment."
        )
    return text


def _over(event: Recovered | Declined) -> str:
    if isinstance(event, Declined):
        return f"{one_line(event.system)}: not deployed. The next save plans it again."
    return style("✓", fg="green") + f" {one_line(event.system)}: what had failed works again"


def _question(event: ConsentNeeded) -> str:
    lines = [style(f"{one_line(event.system)}: nothing was deployed yet.", fg="red", bold=True)]
    lines += [f"  {one_line(one)}" for one in event.concerns]
    lines.append("  Deploy it? y or n, then Enter; or change it." if event.answerable else "  pkgops deploy asks.")
    return "\n".join(lines)


def _names(functions: tuple[str, ...]) -> str:
    more = f" and {len(functions) - _NAMED} more" if len(functions) > _NAMED else ""
    return one_line(", ".join(functions[:_NAMED])) + more
