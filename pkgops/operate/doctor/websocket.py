"""Does the system's WebSocket API answer?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pkgops.operate.doctor.check import Check

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.model import Stage
    from pkgops.ports.ports import Ports


def answers(project: Project, connect: Callable[[Stage, str | None], Ports]) -> Check:
    """Opens the system's WebSocket API, and has a frame answered where it declares one."""
    from pkgops.build.synth import named_stacks
    from pkgops.errors import NotFoundError
    from pkgops.operate.outputs import read_outputs
    from pkgops.operate.placeholders import Texts
    from pkgops.operate.socket_ping import ping

    declared, name, stage = project.system.socket, "WebSocket API", project.stage
    assert declared is not None  # noqa: S101 - for the type checker
    ports = _running(project) if stage.local else connect(stage, None)
    if ports is None:
        return Check(name, "ok", "the emulator is not running, so there is none to try")
    try:
        texts = Texts(project, read_outputs(project, named_stacks(project), ports))
    except NotFoundError:
        texts = Texts(project, [])
    if texts.missing(f"{{{declared.output}}}"):
        return Check(name, "ok", f"{project.system.key} is not deployed on stage {stage.name}, so there is none to try")
    url = texts.output(declared.output)
    seconds = ping(url, declared.message, declared.answer)
    return Check(name, "ok", f"{url} {'answers' if declared.answer else 'takes connections'} ({seconds * 1000:.0f} ms)")


def _running(project: Project) -> Ports | None:
    """The ports of the emulator if that is running."""
    from pkgops.aws.ports import AwsPorts
    from pkgops.local.client.emulator import Emulator

    emulator = Emulator.of(project.root, project.stage.port)
    if not emulator.running():
        return None
    return AwsPorts(project.stage, emulator.endpoint, root_secret=emulator.credentials().secret)
