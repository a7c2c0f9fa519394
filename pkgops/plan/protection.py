"""The protection of a protected stage's stacks, in CloudFormation itself, so that it holds against every tool.

Termination protection refuses to delete a stack. A stack policy refuses updates that remove or replace stateful
resources, except those that a deployment is allowed to change.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from pkgops.errors import RefusedError
from pkgops.model import Stage
from pkgops.plan.review.review import STATEFUL, Concern
from pkgops.ports.stacks import Stacks, StackState


def policy(accepted: Collection[str] = ()) -> str:
    """The stack policy; updates may remove and replace the resources ``accepted`` (logical ids)."""
    allow = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    deny = {
        "Effect": "Deny",
        "Action": ["Update:Replace", "Update:Delete"],
        "Principal": "*",
        "Condition": {"StringEquals": {"ResourceType": sorted(STATEFUL)}},
    }
    if accepted:
        deny["NotResource"] = [f"LogicalResourceId/{logical_id}" for logical_id in sorted(accepted)]
    else:
        deny["Resource"] = "*"
    return json.dumps({"Statement": [allow, deny]})


def require_allowed(stage: Stage, concerns: Iterable[Concern], named: Collection[str]) -> None:
    """RefusedError on a protected stage for concerns about resources that are not among ``named`` (logical ids); it
    lists all of them with the flags that allow them."""
    refused = [concern for concern in concerns if stage.protected and concern.logical_id not in named]
    if refused:
        listed = "\n".join(f"  {concern.kind}: {concern.logical_id}: {concern.text}" for concern in refused)
        flags = " ".join(dict.fromkeys(f"--allow {concern.logical_id}" for concern in refused))
        raise RefusedError(f"Stage {stage.name} is protected:\n{listed}", f"If that is meant: {flags}")


def allow_changes(stacks: Stacks, name: str, accepted: Collection[str]) -> None:
    """Sets the policy for one update of a protected stack, which may change the ``accepted`` resources."""
    stacks.set_policy(name, policy(accepted))


def protect(stacks: Stacks, state: StackState) -> None:
    """Sets policy and termination protection after a deployment."""
    stacks.set_policy(state.name, policy())
    if not state.termination_protection:
        stacks.set_termination_protection(state.name, True)
