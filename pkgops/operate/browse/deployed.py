"""Which of the resources that templates declare are deployed, and what are they called there?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pkgops.build.synth import SynthesizedStack, resources

if TYPE_CHECKING:
    from pkgops.ports.stacks import Stacks

BUCKET, USER_POOL = "AWS::S3::Bucket", "AWS::Cognito::UserPool"


@dataclass(frozen=True, slots=True)
class Deployed:
    """A declared resource. ``system`` and ``stack`` are keys; ``id`` is its physical id, "" while it is not
    deployed."""

    system: str
    stack: str
    logical_id: str
    type: str
    properties: Mapping[str, Any]
    id: str


def deployed(stacks: Iterable[SynthesizedStack], port: Stacks, *types: str) -> list[Deployed]:
    """The resources of those types in template order: a call for each stack that has some."""
    found = []
    for stack in stacks:
        declared = list(resources(stack.template, *types))
        ids = {row.logical_id: row.physical_id for row in port.resources(stack.name)} if declared else {}
        found += [
            Deployed(
                stack.system, stack.key, logical_id, body["Type"], body.get("Properties") or {}, ids.get(logical_id, "")
            )
            for logical_id, body in declared
        ]
    return found
