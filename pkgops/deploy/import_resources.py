"""How does a resource that is there already become part of a stack?

By a change set of type IMPORT: the stack's present template (none, if there is no stack yet) and the resource, which
is left as it is. It is described there by its name and what cannot be changed later, kept on deletion, and marked.
The ordinary update that follows gives it the properties and the deletion policy of the template. Its mark goes with
that update too, because CloudFormation changes a deletion policy only together with something else. Interrupted in
between, the next deployment makes the same update.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pkgops.errors import DeployError
from pkgops.events import Emit, StackChanged
from pkgops.intrinsics import pseudo, references
from pkgops.plan.change_set import create_import

if TYPE_CHECKING:
    from pkgops.deploy.watcher import Watcher
    from pkgops.plan.conflicts import Conflict
    from pkgops.plan.plan import Plan, Step
    from pkgops.ports.ports import Ports
    from pkgops.ports.stacks import StackState

RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})


@dataclass(frozen=True, slots=True)
class NamedType:
    """A type whose resources have names of their own. ``name`` is the property, ``identifier`` what an import calls
    the physical id; ``needed`` are properties it cannot be described without. ``bare`` types are described by
    ``needed`` alone: everything else of them can be set again to what it is, while a table's indexes cannot be added
    twice, and a secret would get a new value."""

    name: str
    identifier: str
    needed: tuple[str, ...] = ()
    bare: bool = False

    @property
    def automatic(self) -> bool:
        """CloudFormation finds it by itself, if it is to be retained and its name is literal."""
        return self.name == self.identifier


NAMED_TYPES: Mapping[str, NamedType] = {
    "AWS::Cognito::UserPool": NamedType(
        "UserPoolName",
        "UserPoolId",
        ("UsernameAttributes", "AliasAttributes", "UsernameConfiguration", "Schema"),
        bare=True,
    ),
    "AWS::DynamoDB::Table": NamedType("TableName", "TableName", ("KeySchema", "AttributeDefinitions")),
    "AWS::IAM::Role": NamedType("RoleName", "RoleName", ("AssumeRolePolicyDocument",)),
    "AWS::Lambda::Function": NamedType("FunctionName", "FunctionName", ("Code", "Role")),
    "AWS::Logs::LogGroup": NamedType("LogGroupName", "LogGroupName", ("LogGroupClass",), bare=True),
    "AWS::S3::Bucket": NamedType("BucketName", "BucketName", ("ObjectLockEnabled",), bare=True),
    "AWS::SQS::Queue": NamedType("QueueName", "QueueUrl", ("FifoQueue",), bare=True),
    "AWS::SecretsManager::Secret": NamedType("Name", "Id"),
}


def importable(resource: Mapping[str, Any]) -> bool:
    """False if the resource cannot be described without others of its stack, which do not exist yet."""
    named = NAMED_TYPES[resource["Type"]]
    described = import_definition(resource)["Properties"]
    return all(name in described for name in (named.name, *named.needed) if name in resource["Properties"])


def import_resources(
    step: Step, before: StackState | None, plan: Plan, ports: Ports, watcher: Watcher, emit: Emit
) -> tuple[Step, StackState | None]:
    """Takes the chosen resources of a stack into it; the step and the stack's state afterwards. ``before`` is its
    state now, None if there is no stack yet.

    Where nothing is to be done, both are as they were. DeployError if CloudFormation does not take one."""
    chosen = [conflict for conflict in plan.conflicts if conflict.stack == step.stack.key and conflict.taken]
    if not any(conflict.choice for conflict in chosen):
        return step, before  # what CloudFormation takes back by itself needs no import of its own
    name = step.stack.name
    if step.change_set:
        ports.stacks.discard(step.change_set)
    made = create_import(name, before, _template(step, before, chosen, ports), _identifiers(chosen), ports)
    emit(StackChanged(name, "IMPORT_IN_PROGRESS"))
    ports.stacks.execute(made.id)
    state = watcher.wait(name, before, len(chosen))
    if state is None or state.status != "IMPORT_COMPLETE":
        raise DeployError(f"The import into {name} ended in {state.status if state else 'nothing'}.", "See its events.")
    return replace(step, change_set=""), state


def restore_secrets(plan: Plan, ports: Ports) -> None:
    """Takes back the secrets chosen for that."""
    for conflict in plan.conflicts:
        if "restore" in conflict.choice:
            ports.secrets.restore(conflict.name)


def _identifiers(chosen: Sequence[Conflict]) -> dict[str, tuple[str, dict[str, str]]]:
    return {
        conflict.logical_id: (conflict.type, {NAMED_TYPES[conflict.type].identifier: conflict.identifier})
        for conflict in chosen
    }


def _template(step: Step, before: StackState | None, chosen: Sequence[Conflict], ports: Ports) -> dict[str, Any]:
    """What the stack is now, and the resources to import."""
    template = json.loads(ports.stacks.template(step.stack.name) or "{}") if before is not None else {}
    declared = step.stack.template["Resources"]
    imported = {conflict.logical_id: import_definition(declared[conflict.logical_id]) for conflict in chosen}
    return {**template, "Resources": {**template.get("Resources", {}), **imported}}


def import_definition(resource: Mapping[str, Any]) -> dict[str, Any]:
    """A resource by itself: without what refers to others of its stack."""
    named = NAMED_TYPES[resource["Type"]]
    properties = resource.get("Properties", {})
    wanted = (named.name, *named.needed) if named.bare else properties
    known = set(pseudo("any", "any", "any"))
    return {
        "Type": resource["Type"],
        "DeletionPolicy": "Retain",
        "Metadata": {"Imported": "by pkgops"},
        "Properties": {
            name: properties[name] for name in wanted if name in properties and {*references(properties[name])} <= known
        },
    }
