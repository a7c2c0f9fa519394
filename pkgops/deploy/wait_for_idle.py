"""The wait for operations of other deployers on the stacks that are about to be changed."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from pkgops.deploy.watcher import StillRunningError, Watcher
from pkgops.errors import DeployError
from pkgops.events import Emit, Note, silent
from pkgops.ports.ports import Ports


def wait_until_idle(names: Collection[str], ports: Ports, emit: Emit = silent, timeout: float | None = None) -> None:
    """Watches every operation that is running on the stacks ``names`` to its end.

    DeployError if one is still running after ``timeout`` seconds (0: does not wait, None: no limit)."""
    busy = [state for state in ports.stacks.describe() if state.name in names and state.in_progress]
    if not busy:
        return
    listed = ", ".join(f"{state.name} ({state.status})" for state in busy)
    if timeout != 0:
        emit(Note(f"Waiting for the running operations on {listed}."))
        late = _unfinished([state.name for state in busy], ports, emit, timeout)
        if not late:
            return
        listed = ", ".join(late)
    raise DeployError(
        f"Another operation is running on {listed}; nothing was changed.",
        "Repeat the command when it has ended, wait longer (--wait 30m), or leave --wait out to watch it to its end.",
    )


def _unfinished(names: list[str], ports: Ports, emit: Emit, timeout: float | None) -> list[str]:
    """Waits, and returns the stacks whose operations have not ended in time."""

    def ended(name: str) -> bool:
        try:
            watcher.wait(name, timeout=timeout)
        except StillRunningError:
            return False
        return True

    with (
        Watcher(ports.stacks, emit, fast=ports.endpoint is not None) as watcher,
        ThreadPoolExecutor(len(names)) as pool,
    ):
        try:
            return [name for name, done in zip(names, pool.map(ended, names), strict=True) if not done]
        except BaseException:
            watcher.stop()
            raise
