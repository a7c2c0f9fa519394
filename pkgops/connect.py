"""The ports of a stage: AWS, or the emulator on stage local."""

from __future__ import annotations

from pathlib import Path

from pkgops.aws.ports import AwsPorts
from pkgops.events import Emit, silent
from pkgops.model import Stage


def is_running(stage: Stage, root: Path) -> bool:
    """Whether there is something to ask: AWS always, on stage local the emulator if it runs. AccessError if it runs
    but does not answer."""
    if not stage.local:
        return True
    from pkgops.local.client.emulator import Emulator

    return Emulator.of(root, stage.port, stage.workers, stage.resume).reachable()


def connect(stage: Stage, root: Path, emit: Emit = silent) -> AwsPorts:
    """The ports of a stage. On stage local this starts the emulator if it does not run yet."""
    if not stage.local:
        return AwsPorts(stage, emit=emit)
    from pkgops.local.client.emulator import Emulator

    emulator = Emulator.of(root, stage.port, stage.workers, stage.resume)
    if not emulator.running():
        emulator.up(emit)
    return AwsPorts(stage, emulator.endpoint, root_secret=emulator.credentials().secret)
