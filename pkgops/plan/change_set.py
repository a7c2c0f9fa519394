"""Change sets: requested with the template inline or uploaded, and awaited until they can be executed."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pkgops.build.synth import SynthesizedStack, template_text
from pkgops.config import Project
from pkgops.errors import DeployError, PkgopsError
from pkgops.plan.digest import DIGEST_OUTPUT, UNFINISHED, digest, with_digest
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ChangeSet, ChangeSetRequest, StackState

INLINE_LIMIT = 51_200  # bytes CloudFormation accepts in a request; larger templates are read from S3
_MAX_PAUSE = 1.0
_NAME_TAKEN = ("already exist", "ResourceExistenceCheck")  # in reasons; the second is from early validation

Imports = Mapping[str, tuple[str, Mapping[str, str]]]


class NameTakenError(DeployError):
    """A change set cannot be executed, because a resource it would create already exists."""


def create_change_set(
    project: Project,
    stack: SynthesizedStack,
    parameters: Mapping[str, str],
    ports: Ports,
    *,
    create: bool,
    revert_drift: bool = False,
) -> ChangeSet:
    """Makes a change set for a stack and waits until it can be executed or turns out to be empty. Updates may revert
    drift, too.

    DeployError if CloudFormation refuses the template or the change set fails, `NameTakenError` if that is because
    a resource it would create already exists."""
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
    return _create(request, ports)


def create_import(
    name: str, before: StackState | None, template: Mapping[str, Any], imports: Imports, ports: Ports
) -> ChangeSet:
    """Makes a change set that imports resources into a stack, a new one if ``before`` is None, and changes nothing
    else: parameters and tags stay as they are.

    ``imports``: see `pkgops.ports.stacks.ChangeSetRequest`. DeployError as for `create_change_set`."""
    body, url = _body(template_text(template), ports)
    parameters, tags = (before.parameters, before.tags) if before else ({}, {})
    return _create(ChangeSetRequest(name, before is None, parameters, tags, body, url, imports=imports), ports)


def create_first_update(before: StackState, template: Mapping[str, Any], ports: Ports) -> ChangeSet:
    """Makes a change set for an update that comes before the planned one: parameters and tags stay as they are, and the
    stack counts as changed until the planned one has followed. DeployError as for `create_change_set`."""
    outputs = {**template.get("Outputs", {}), DIGEST_OUTPUT: {"Value": UNFINISHED}}
    body, url = _body(template_text({**template, "Outputs": outputs}), ports)
    return _create(ChangeSetRequest(before.name, False, before.parameters, before.tags, body, url), ports)


def _create(request: ChangeSetRequest, ports: Ports) -> ChangeSet:
    identifier = ports.stacks.create_change_set(request)
    try:
        made = wait_until_ready(ports, identifier)
    except BaseException:  # interrupted: nothing else knows its id
        with contextlib.suppress(PkgopsError):
            ports.stacks.delete_change_set(identifier)
        raise
    if made.status == "FAILED" and not made.empty:
        ports.stacks.delete_change_set(made.id)
        sentence = f"CloudFormation rejected the change set of {request.stack}: {made.reason}"
        if any(sign in made.reason for sign in _NAME_TAKEN):
            raise NameTakenError(
                sentence, "Rename or delete the existing resource, or import it with --import RESOURCE."
            )
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
        pause = min(pause * 1.5, _MAX_PAUSE)


def _body(template: str, ports: Ports) -> tuple[str | None, str | None]:
    """A template as (body, url), one of which is None: small ones are sent inline, others read from the bucket."""
    if len(template.encode()) <= INLINE_LIMIT:
        return template, None
    return None, _upload(template, ports)


def _upload(body: str, ports: Ports) -> str:
    key = f"templates/{hashlib.sha256(body.encode()).hexdigest()}.json"
    if not ports.artifacts.missing([key]):
        return ports.artifacts.url(key)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        file.write(body)
        file.flush()
        ports.artifacts.put(key, Path(file.name))
    return ports.artifacts.url(key)
