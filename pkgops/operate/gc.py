"""Garbage collection of artifacts that no stack uses.

An artifact is in use as long as any stack of the account and region names it, whatever system, stage or tool the
stack belongs to: its deployed template is read, and the templates of its change sets that can still be executed.
Artifacts younger than the minimum age are kept too: a deployment in progress may have uploaded them already without
naming them yet.

Nothing is deleted while an operation runs, or while a stack that names artifacts is stuck: its rollback needs those
of its previous template, which cannot be read. Before anything is deleted everything is read again, because the
confirmation in between may take a while. One race remains: a deployment that has found an old artifact in place and
has not made its change set yet fails, and the next one uploads the artifact again.
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
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.ports.artifacts import StoredObject
    from pkgops.ports.ports import Ports
    from pkgops.ports.stacks import StackState

MIN_AGE = 7.0  # days
_PARALLEL = 8
_DAY = 86_400.0
# The last operation is incomplete, and the next one may go back to the previous template.
_STUCK = {"UPDATE_FAILED", "UPDATE_ROLLBACK_FAILED", "IMPORT_ROLLBACK_FAILED"}


@dataclass(frozen=True, slots=True)
class Garbage:
    """The ``unused`` objects of a bucket, and how many others are ``used`` or too ``young``."""

    bucket: str
    unused: tuple[StoredObject, ...]
    used: int
    young: int

    @property
    def size(self) -> int:
        """Bytes that would be freed."""
        return sum(item.size for item in self.unused)


def find_garbage(project: Project, ports: Ports, emit: Emit = silent, min_age: float = MIN_AGE) -> Garbage:
    """Reads the bucket and every stack's templates; changes nothing. ``min_age`` is in days.

    DeployError while an operation runs or a stack is stuck: it may still come to name artifacts that look unused."""
    stacks = ports.stacks.describe()
    if not project.stage.local:
        known = next((stack.account for stack in stacks if stack.account), None)
        require_account(project.stage, known or ports.identity.account())
    if running := [stack.name for stack in stacks if stack.in_progress]:
        raise DeployError(
            f"An operation is in progress ({', '.join(running)}).", "Wait until it ends, then run gc again."
        )
    objects = ports.artifacts.list_objects()
    named = _named(objects, _templates(stacks, ports, emit)) if objects else {}
    if stuck := [f"{stack.name} is {stack.status}" for stack in stacks if stack.status in _STUCK and named[stack.name]]:
        raise DeployError(
            f"Unused artifacts are unknown: {', '.join(stuck)}, and may roll back to artifacts it no longer names.",
            "Finish its rollback (pkgops deploy --resume), then run gc again.",
        )
    oldest = time.time() - min_age * _DAY
    used = set().union(*named.values())
    unused = [item for item in objects if item.key not in used]
    old = tuple(item for item in unused if item.modified < oldest)
    return Garbage(ports.artifacts.bucket, old, len(objects) - len(unused), len(unused) - len(old))


def delete_garbage(garbage: Garbage, project: Project, ports: Ports, emit: Emit = silent) -> Garbage:
    """Deletes what is in ``garbage`` and still unused now; returns what was deleted."""
    confirmed = {item.key for item in garbage.unused}
    current = find_garbage(project, ports, emit, 0.0)
    still = tuple(item for item in current.unused if item.key in confirmed)
    ports.artifacts.remove([item.key for item in still])
    return replace(garbage, unused=still)


def _templates(stacks: Sequence[StackState], ports: Ports, emit: Emit) -> dict[str, str]:
    """Stack name -> the text of its template and of those its change sets propose."""
    emit(Started("Reading stacks"))

    def texts(stack: StackState) -> str:
        return "\n".join([ports.stacks.template(stack.name), *ports.stacks.change_set_templates(stack.name)])

    bodies = {}
    with ThreadPoolExecutor(_PARALLEL) as pool:
        for count, (stack, body) in enumerate(zip(stacks, pool.map(texts, stacks), strict=True), 1):
            bodies[stack.name] = body
            emit(Progress("Reading stacks", count, len(stacks)))
    emit(Finished("Reading stacks", counted(len(stacks), "stack")))
    return bodies


def _named(objects: Sequence[StoredObject], templates: Mapping[str, str]) -> dict[str, set[str]]:
    """Stack name -> the artifact keys in its text."""
    keys = [item.key for item in objects]
    return {name: {key for key in keys if key in body} for name, body in templates.items()}
