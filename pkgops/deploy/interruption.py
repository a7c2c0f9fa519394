"""Detaching from running operations when the user interrupts the tool or AWS can no longer be reached.

CloudFormation finishes what it has started, whether anything watches it or not. After Ctrl-C, expired credentials or
a lost network the running operations are named, and the next run attaches to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pkgops.errors import AccessError
from pkgops.events import Emit, Note

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.deploy.watcher import Watcher


class Interrupted(KeyboardInterrupt):
    """The user has interrupted the tool. ``running`` are the stacks whose operations continue in CloudFormation."""

    def __init__(self, running: tuple[str, ...]) -> None:
        super().__init__("interrupted")
        self.running = running


@contextmanager
def detach_on_interrupt(watcher: Watcher, project: Project, verb: str) -> Iterator[None]:
    """Turns Ctrl-C into `Interrupted`; adds to an AccessError what continues, and the command that attaches to it."""
    try:
        yield
    except KeyboardInterrupt:
        running = watcher.running
        watcher.stop()
        raise Interrupted(running) from None
    except AccessError as error:
        if not watcher.running:
            raise
        again = f"pkgops {verb} {project.system.key} --stage {project.stage.name}"
        continues = f"CloudFormation continues with {', '.join(watcher.running)}. To attach: {again}"
        raise AccessError(error.message, f"{error.hint}\n{continues}".strip()) from error


def detacher(watcher: Watcher, emit: Emit) -> Callable[[], None]:
    """The callback for an interrupt: makes running work return once the calls under way have ended."""

    def stop() -> None:
        emit(Note("Detaching from running operations; interrupt again to exit at once."))
        watcher.stop()

    return stop
