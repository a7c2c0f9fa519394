"""What keeps a protected stage's stacks from harm, whoever touches them?

Termination protection refuses to delete the stack. A stack policy refuses updates that remove or replace what holds
data, except for what this deployment was told to accept. Both live in CloudFormation and hold against every tool.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from pkgops.errors import RefusedError
from pkgops.model import Stage
from pkgops.plan.review import STATEFUL, Concern
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
    """RefusedError if a protected stage is to see what deserves a second look and is not among ``named`` (logical
    ids); it lists all of it with the flags to accept it."""
    open_ = [concern for concern in concerns if stage.protected and concern.logical_id not in named]
    if open_:
        listed = "\n".join(f"  {concern.kind}: {concern.logical_id}: {concern.text}" for concern in open_)
        flags = " ".join(dict.fromkeys(f"--allow {concern.logical_id}" for concern in open_))
        raise RefusedError(f"Stage {stage.name} is protected:\n{listed}", f"If that is meant: {flags}")


def allow_changes(stacks: Stacks, name: str, accepted: Collection[str]) -> None:
    """Lets one update of a protected stack do what was accepted. Stacks made before have no policy yet."""
    stacks.set_policy(name, policy(accepted))


def protect(stacks: Stacks, state: StackState) -> None:
    """Protects a stack after its deployment, or again."""
    stacks.set_policy(state.name, policy())
    if not state.termination_protection:
        stacks.set_termination_protection(state.name, True)
