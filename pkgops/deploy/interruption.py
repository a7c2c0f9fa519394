"""What goes on when the tool has let go, or was cut off?

CloudFormation finishes what it has begun, whoever watches. Whether the user has stopped the tool, the credentials have
expired or the network is gone: what runs is named, and the next run takes it up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pkgops.config import Project
from pkgops.deploy.watcher import Watcher
from pkgops.errors import AccessError
from pkgops.events import Emit, Note


class Interrupted(KeyboardInterrupt):
    """The user has let go. ``running`` are the stacks whose operations go on without us."""

    def __init__(self, running: tuple[str, ...]) -> None:
        super().__init__("interrupted")
        self.running = running


@contextmanager
def detach_on_interrupt(watcher: Watcher, project: Project, verb: str) -> Iterator[None]:
    """Raises `Interrupted` for Ctrl-C; an AccessError also says what goes on, and which command follows it."""
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
        goes_on = f"What has begun goes on: {', '.join(watcher.running)}. To follow it: {again}"
        raise AccessError(error.message, f"{error.hint}\n{goes_on}".strip()) from error


def detacher(watcher: Watcher, emit: Emit) -> Callable[[], None]:
    """Makes running work return when the user has interrupted; calls that are under way are waited for."""

    def stop() -> None:
        emit(Note("Letting go of what runs; interrupt again to end at once."))
        watcher.stop()

    return stop
