"""The text of the library's events, as every display shows it."""

from __future__ import annotations

from pkgops.cli.output.terminal import indented, one_line, style
from pkgops.events import Note, ResourceChanged, StackChanged

IDLE = ("UNCHANGED", "SKIPPED", "NOT_DEPLOYED", "")  # statuses of stacks on which no operation runs
SLOW = 1.0  # seconds; a task that took longer gets a line when it ends


def is_failure(status: str) -> bool:
    """Whether a CloudFormation status stands for something that did not work."""
    return status.endswith("FAILED") or "ROLLBACK" in status or status == "REFUSED"


def status_color(status: str) -> str:
    """Red for failures, yellow for operations in progress, gray where nothing happened, else green."""
    if is_failure(status):
        return "red"
    if status.endswith("_IN_PROGRESS"):
        return "yellow"
    return "bright_black" if status in IDLE else "green"


def colored_status(status: str) -> str:
    """A CloudFormation status in its color."""
    return style(one_line(status), fg=status_color(status))


def note_text(event: Note) -> str:
    """A sentence of the library, with warnings marked."""
    text = indented(event.text)
    return style("Warning: ", fg="yellow") + text if event.level == "warning" else text


def finished_text(what: str, detail: str, seconds: float) -> str:
    """The end of a task; "" if it was quick and has no detail."""
    took = f"{seconds:.1f} s" if seconds >= SLOW else ""
    rest = ", ".join(part for part in (detail, took) if part)
    return f"{one_line(what)}: {one_line(rest)}" if rest else ""


def stack_text(event: StackChanged) -> str:
    """A stack's new status, its duration and its reason."""
    parts = [one_line(event.stack), colored_status(event.status)]
    if event.seconds:
        parts.append(f"{event.seconds:.1f} s")
    return "  ".join(parts) + _reason(event.reason)


def resource_text(event: ResourceChanged) -> str:
    """A resource's new status and its reason."""
    where = one_line(f"{event.stack}  {event.logical_id} ({event.type})")
    return f"{where}  {colored_status(event.status)}{_reason(event.reason)}"


def count_text(done: int, total: int) -> str:
    """``12 of 40``, or ``12`` where the total is unknown. The emulator also counts unchanged resources."""
    return f"{min(done, total)} of {total}" if total else str(done)


def _reason(reason: str) -> str:
    return f"\n  {indented(reason)}" if reason else ""
