"""Which artifacts does nobody need any more?

An artifact is in use as long as any stack of the account and region names it, whatever system, stage or tool the
stack belongs to: its deployed template is read, and the templates of its change sets that may still be carried out.
What is younger than the buffer stays too: a deployment that is being made has uploaded it but not yet named it.

Nothing is collected while an operation runs, or while a stack that names artifacts is stuck: its rollback wants those
of the template before, which nobody can read. Before anything is deleted everything is read again, for the question
in between may have waited for its answer for a while. What remains is the second in which a deployment has found an
old artifact in its place and made no change set yet: it fails, the next one uploads the artifact again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pkgops.config import require_account
from pkgops.errors import DeployError
from pkgops.events import Emit, Finished, Progress, Started, silent

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.ports.artifacts import StoredObject
    from pkgops.ports.ports import Ports
    from pkgops.ports.stacks import StackState

BUFFER = 7.0  # days
_PARALLEL = 8
_DAY = 86_400.0
# The operation has ended where it should not, and the next one may go back to the template before.
_STUCK = {"UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED", "IMPORT_ROLLBACK_FAILED"}


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
    """Reads the bucket and every stack's templates; changes nothing. ``buffer`` is in days.

    DeployError while an operation runs or a stack is stuck: it may be about to name what looks unused."""
    stacks = ports.stacks.describe()
    if not project.stage.local:
        known = next((stack.account for stack in stacks if stack.account), None)
        require_account(project.stage, known or ports.identity.account())
    if running := [stack.name for stack in stacks if stack.in_progress]:
        raise DeployError(f"A deployment is under way ({', '.join(running)}).", "Wait for it, then collect again.")
    objects = ports.artifacts.list_objects()
    named = _named(objects, _templates(stacks, ports, emit)) if objects else {}
    if stuck := [f"{stack.name} is {stack.status}" for stack in stacks if stack.status in _STUCK and named[stack.name]]:
        raise DeployError(
            f"What is unused cannot be known: {', '.join(stuck)}, and may go back to artifacts it no longer names.",
            "Bring it to an end (pkgops deploy --resume), then collect again.",
        )
    oldest = time.time() - buffer * _DAY
    used = set().union(*named.values())
    unused = [item for item in objects if item.key not in used]
    old = tuple(item for item in unused if item.modified < oldest)
    return Garbage(ports.artifacts.bucket, old, len(objects) - len(unused), len(unused) - len(old))


def collect(garbage: Garbage, project: Project, ports: Ports, emit: Emit = silent) -> Garbage:
    """Removes what the survey found and a second one, made now, finds too; what that was."""
    agreed = {item.key for item in garbage.unused}
    now = survey(project, ports, emit, 0.0)
    still = tuple(item for item in now.unused if item.key in agreed)
    ports.artifacts.remove([item.key for item in still])
    return replace(garbage, unused=still)


def _templates(stacks: Sequence[StackState], ports: Ports, emit: Emit) -> dict[str, str]:
    """Stack name -> all texts that may be or become its template."""
    emit(Started("Reading stacks"))

    def texts(stack: StackState) -> str:
        return "\n".join([ports.stacks.template(stack.name), *ports.stacks.change_set_templates(stack.name)])

    bodies = {}
    with ThreadPoolExecutor(_PARALLEL) as pool:
        for count, (stack, body) in enumerate(zip(stacks, pool.map(texts, stacks), strict=True), 1):
            bodies[stack.name] = body
            emit(Progress("Reading stacks", count, len(stacks)))
    emit(Finished("Reading stacks", f"{len(stacks)} stacks"))
    return bodies


def _named(objects: Sequence[StoredObject], templates: Mapping[str, str]) -> dict[str, set[str]]:
    """Stack name -> the keys its texts name."""
    keys = [item.key for item in objects]
    return {name: {key for key in keys if key in body} for name, body in templates.items()}
