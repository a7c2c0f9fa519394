"""Is somebody else at work on these stacks, and when are they done?"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from pkgops.deploy.watcher import StillRunningError, Watcher
from pkgops.errors import DeployError
from pkgops.events import Emit, Note, silent
from pkgops.ports.ports import Ports


def wait_until_idle(names: Collection[str], ports: Ports, emit: Emit = silent, timeout: float | None = None) -> None:
    """Watches every operation that runs on the stacks ``names`` to its end.

    DeployError if one still runs after ``timeout`` seconds (0 does not wait at all, None knows no limit): nothing has
    been touched then."""
    busy = [state for state in ports.stacks.describe() if state.name in names and state.in_progress]
    if not busy:
        return
    listed = ", ".join(f"{state.name} ({state.status})" for state in busy)
    if timeout != 0:
        emit(Note(f"Waiting for what runs on {listed}."))
        late = _waited([state.name for state in busy], ports, emit, timeout)
        if not late:
            return
        listed = ", ".join(late)
    raise DeployError(
        f"An operation of somebody else runs on {listed}; nothing was touched.",
        "Repeat the command when it is done, wait longer (--wait 30m), or leave --wait out to watch it to its end.",
    )


def _waited(names: list[str], ports: Ports, emit: Emit, timeout: float | None) -> list[str]:
    """The stacks whose operations have not ended in time."""

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
