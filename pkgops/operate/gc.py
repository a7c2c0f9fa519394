"""Which artifacts does nobody need any more?

An artifact is in use as long as any stack of the account and region names it: whatever system or tool the stack
belongs to, its deployed template is read. What is younger than the buffer stays too: a deployment that is being made
has uploaded it but not yet named it, and a rollback may want the one before.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgops.config import pinned
from pkgops.errors import DeployError
from pkgops.events import Emit, Finished, Progress, Started, silent

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.ports import Ports, StackState, StoredObject

BUFFER = 7.0  # days
_PARALLEL = 8
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Garbage:
    """What may go: ``unused`` objects, out of ``total`` in the bucket, and how many are ``used`` or too ``young``."""

    bucket: str
    unused: tuple[StoredObject, ...]
    used: int
    young: int

    @property
    def size(self) -> int:
        """Bytes that would be freed."""
        return sum(item.size for item in self.unused)


def survey(project: Project, ports: Ports, emit: Emit = silent, buffer: float = BUFFER) -> Garbage:
    """Reads the bucket and every stack's template; changes nothing. ``buffer`` is in days.

    DeployError while an operation runs: its stack may be about to name what looks unused."""
    stacks = ports.stacks.describe()
    if not project.stage.local:
        known = next((stack.account for stack in stacks if stack.account), None)
        pinned(project.stage, known or ports.identity.account())
    if running := [stack.name for stack in stacks if stack.in_progress or stack.status == "REVIEW_IN_PROGRESS"]:
        raise DeployError(f"A deployment is under way ({', '.join(running)}).", "Wait for it, then collect again.")
    objects = ports.artifacts.listed()
    templates = _templates(stacks, ports, emit) if objects else ""
    oldest = time.time() - buffer * _DAY
    unused = [item for item in objects if item.key not in templates]
    old = tuple(item for item in unused if item.modified < oldest)
    return Garbage(ports.artifacts.bucket, old, len(objects) - len(unused), len(unused) - len(old))


def collect(garbage: Garbage, ports: Ports) -> None:
    """Removes what the survey found."""
    ports.artifacts.remove([item.key for item in garbage.unused])


def _templates(stacks: Sequence[StackState], ports: Ports, emit: Emit) -> str:
    emit(Started("Reading stacks"))
    bodies = []
    with ThreadPoolExecutor(_PARALLEL) as pool:
        for count, body in enumerate(pool.map(lambda stack: ports.stacks.template(stack.name), stacks), 1):
            bodies.append(body)
            emit(Progress("Reading stacks", count, len(stacks)))
    emit(Finished("Reading stacks", f"{len(stacks)} stacks"))
    return "\n".join(bodies)
