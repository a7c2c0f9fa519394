"""How is a change set made, and when is it ready?"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from pkgops.config import Project
from pkgops.digest import digest, stamped
from pkgops.errors import DeployError
from pkgops.ports import ChangeSet, ChangeSetRequest, Ports
from pkgops.synth import Synthesized

INLINE_LIMIT = 51_200  # bytes CloudFormation takes in a request; larger templates are read from S3
_SLOWEST = 1.0


def ask(
    project: Project,
    stack: Synthesized,
    parameters: Mapping[str, str],
    ports: Ports,
    *,
    create: bool,
    revert_drift: bool = False,
) -> ChangeSet:
    """Makes a change set for a stack and waits until it can be executed, or turns out to be empty. An update may
    revert drift as well.

    DeployError if CloudFormation refuses the template or the change set fails."""
    body = stamped(stack, digest(stack, parameters))
    inline = len(body.encode()) <= INLINE_LIMIT
    request = ChangeSetRequest(
        stack=stack.name,
        create=create,
        parameters=parameters,
        tags=stack.tags,
        body=body if inline else None,
        url=None if inline else _uploaded(body, ports),
        express=project.stage.express,
        revert_drift=revert_drift and not create,
    )
    made = ready(ports, ports.stacks.create_change_set(request))
    if made.status == "FAILED" and not made.empty:
        taken = "already exist" in made.reason
        hint = "Delete or rename what is in the way, or give it DeletionPolicy Retain to import it." if taken else ""
        raise DeployError(f"CloudFormation refuses the change set of {stack.name}: {made.reason}", hint)
    return made


def ready(ports: Ports, change_set_id: str) -> ChangeSet:
    """The change set once it is neither pending nor in progress."""
    pause = 0.01 if ports.endpoint else 0.25
    while True:
        made = ports.stacks.change_set(change_set_id)
        if made.status in {"CREATE_COMPLETE", "FAILED", "DELETE_COMPLETE"}:
            return made
        time.sleep(pause)
        pause = min(pause * 1.5, _SLOWEST)


def _uploaded(body: str, ports: Ports) -> str:
    key = f"templates/{hashlib.sha256(body.encode()).hexdigest()}.json"
    if not ports.artifacts.missing([key]):
        return ports.artifacts.url(key)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(body)
        file.flush()
        ports.artifacts.put(key, Path(file.name))
    return ports.artifacts.url(key)
