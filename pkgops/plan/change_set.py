"""How is a change set made, and when is it ready?"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pkgops.build.synth import Synthesized, text
from pkgops.config import Project
from pkgops.errors import DeployError, PkgopsError
from pkgops.plan.digest import digest, with_digest
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ChangeSet, ChangeSetRequest, StackState

INLINE_LIMIT = 51_200  # bytes CloudFormation takes in a request; larger templates are read from S3
_SLOWEST = 1.0
_TAKEN = ("already exist", "ResourceExistenceCheck")  # the second is what early validation names its finding

Imports = Mapping[str, tuple[str, Mapping[str, str]]]


class NameTakenError(DeployError):
    """A change set cannot be carried out, because something it would create is there already."""


def create_change_set(
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

    DeployError if CloudFormation refuses the template or the change set fails, `NameTakenError` if that is because
    something it would create is there already."""
    body, url = _body(with_digest(stack, digest(stack, parameters)), ports)
    request = ChangeSetRequest(
        stack=stack.name,
        create=create,
        parameters=parameters,
        tags=stack.tags,
        body=body,
        url=url,
        express=project.stage.express,
        revert_drift=revert_drift and not create,
    )
    return _made(request, ports)


def create_import(
    name: str, before: StackState | None, template: Mapping[str, Any], imports: Imports, ports: Ports
) -> ChangeSet:
    """Makes a change set that takes resources into a stack, or into a new one if ``before`` is None, and changes
    nothing else: parameters and tags stay what they are.

    ``imports`` is what `pkgops.ports.stacks.ChangeSetRequest` says. DeployError as for `create_change_set`."""
    body, url = _body(text(template), ports)
    parameters, tags = (before.parameters, before.tags) if before else ({}, {})
    return _made(ChangeSetRequest(name, before is None, parameters, tags, body, url, imports=imports), ports)


def _made(request: ChangeSetRequest, ports: Ports) -> ChangeSet:
    identifier = ports.stacks.create_change_set(request)
    try:
        made = wait_until_ready(ports, identifier)
    except BaseException:  # interrupted: nobody would find it again
        with contextlib.suppress(PkgopsError):
            ports.stacks.delete_change_set(identifier)
        raise
    if made.status == "FAILED" and not made.empty:
        ports.stacks.delete_change_set(made.id)
        sentence = f"CloudFormation refuses the change set of {request.stack}: {made.reason}"
        if any(sign in made.reason for sign in _TAKEN):
            raise NameTakenError(sentence, "Rename or delete what is in the way, or take it in with --import RESOURCE.")
        raise DeployError(sentence)
    return made


def wait_until_ready(ports: Ports, change_set_id: str) -> ChangeSet:
    """The change set once it is neither pending nor in progress."""
    pause = 0.01 if ports.endpoint else 0.25
    while True:
        made = ports.stacks.change_set(change_set_id)
        if made.status in {"CREATE_COMPLETE", "FAILED", "DELETE_COMPLETE"}:
            return made
        time.sleep(pause)
        pause = min(pause * 1.5, _SLOWEST)


def _body(template: str, ports: Ports) -> tuple[str | None, str | None]:
    """A template as the text or as the url of a request."""
    if len(template.encode()) <= INLINE_LIMIT:
        return template, None
    return None, _uploaded(template, ports)


def _uploaded(body: str, ports: Ports) -> str:
    key = f"templates/{hashlib.sha256(body.encode()).hexdigest()}.json"
    if not ports.artifacts.missing([key]):
        return ports.artifacts.url(key)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(body)
        file.flush()
        ports.artifacts.put(key, Path(file.name))
    return ports.artifacts.url(key)
