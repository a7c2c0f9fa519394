"""The preflight: looks for conflicts before a deployment changes anything.

Conflicts are names in use by resources that were retained, created elsewhere, or belong to another stack; secrets
scheduled for deletion; exports that other stacks import. AWS is asked only about what would be created, all at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pkgops.events import Emit, Finished, Started, silent
from pkgops.intrinsics import pseudo, resolved
from pkgops.plan.conflicts import Conflict, ConflictKind, with_resolution
from pkgops.plan.exports import export_conflicts
from pkgops.plan.importable import NAMED_TYPES, RETAINED, importable
from pkgops.plan.plan import Plan
from pkgops.plan.step import CREATING, Action, Step
from pkgops.ports.existing import ExistingResource
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ResourceChange
from pkgops.wording import counted

SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a type
_SHARED_NAMES = {"AWS::Cognito::UserPool"}  # two may have one name; only one that no stack owns is a conflict
_PARALLEL = 8  # calls


@dataclass(frozen=True, slots=True)
class _Wanted:
    step: Step
    logical_id: str
    resource: Mapping[str, Any]
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """Type and name, as `pkgops.ports.existing.Existing.find` takes them."""
        return self.resource["Type"], self.name


def with_conflicts(plan: Plan, steps: Sequence[Step], ports: Ports, emit: Emit = silent) -> Plan:
    """The plan with the conflicts of these ``steps`` added. Asks nothing if they create nothing and touch no export."""
    known = {(row.stack, row.logical_id) for row in plan.conflicts}
    wanted = [row for row in _wanted(plan, steps, ports) if (row.step.stack.key, row.logical_id) not in known]
    secrets = _outside_secrets(plan, steps)
    asked = [row.key for row in wanted] + [(SECRET, name) for name in secrets]
    conflicts = [row for step in steps for row in export_conflicts(step, plan, ports)]
    if asked:
        emit(Started("Looking for conflicts"))
        existing = {(row.type, row.name): row for row in ports.existing.find(asked)}
        gone = list(_secret_conflicts(secrets, existing))  # a secret that is there is as it should be
        conflicts = [*_name_conflicts(wanted, existing, ports), *gone, *conflicts]
        taken = sum(row.key in existing for row in wanted) + len(gone)
        emit(Finished("Looking for conflicts", f"{taken} of {counted(len(asked), 'name')} taken"))
    return replace(plan, conflicts=(*plan.conflicts, *(with_resolution(row, plan.options) for row in conflicts)))


def _name_conflicts(
    wanted: Sequence[_Wanted], there: Mapping[tuple[str, str], ExistingResource], ports: Ports
) -> Iterator[Conflict]:
    pairs = [(row, there[row.key]) for row in wanted if row.key in there]
    with ThreadPoolExecutor(_PARALLEL) as pool:
        owners = list(pool.map(lambda pair: _owner(pair[1], ports), pairs))
    for (row, found), owner in zip(pairs, owners, strict=True):
        conflict = _conflict(row, found, owner)
        if conflict is not None:
            yield conflict


def _secret_conflicts(
    secrets: Mapping[str, str], there: Mapping[tuple[str, str], ExistingResource]
) -> Iterator[Conflict]:
    for stored, name in secrets.items():
        if (SECRET, stored) in there and there[SECRET, stored].deleting:
            yield Conflict("", name, SECRET, stored, ConflictKind.DELETING, ("restore",))


def _wanted(plan: Plan, steps: Sequence[Step], ports: Ports) -> Iterator[_Wanted]:
    """What the steps would create under an explicit name."""

    @cache
    def account() -> str:
        known = (state.account for state in plan.states.values() if state.account)
        return plan.project.stage.account or next(known, "") or ports.identity.account()

    for step in steps:
        added = _created_ids(step, ports)
        for logical_id, resource in step.stack.template["Resources"].items():
            named = NAMED_TYPES.get(resource["Type"])
            value = resource.get("Properties", {}).get(named.name) if named else None
            if value is None or logical_id not in added or "Condition" in resource:
                continue
            needs_account = "AWS::AccountId" in str(value)
            known = pseudo(plan.project.stage.region, account() if needs_account else "", step.stack.name)
            name = resolved(value, known | dict(step.parameters or {}))
            if name:
                yield _Wanted(step, logical_id, resource, name)


def _created_ids(step: Step, ports: Ports) -> set[str]:
    """The logical ids a step creates, replacements under another name included."""
    declared = set(step.stack.template["Resources"])
    if step.action in CREATING:
        return declared
    if step.action is not Action.UPDATE:
        return set()
    if step.change_set:
        return {change.logical_id for change in step.changes if change.action == "Add" or _is_renamed(change)}
    deployed = json.loads(ports.stacks.template(step.stack.name) or "{}")
    return declared - set(deployed.get("Resources", {}))


def _is_renamed(change: ResourceChange) -> bool:
    named = NAMED_TYPES.get(change.type)
    changed = {path.partition("/")[0] for path in change.properties}
    return named is not None and named.name in changed and change.action == "Modify" and change.replacement != "False"


def _outside_secrets(plan: Plan, steps: Sequence[Step]) -> dict[str, str]:
    """The secrets a system needs and no template declares, by physical name; {} unless a stack is created."""
    if not any(step.action in CREATING for step in steps):
        return {}
    return {plan.project.named(name): name for name in plan.project.system.secrets}


def _owner(resource: ExistingResource, ports: Ports) -> tuple[str, str]:
    return ("", "") if resource.foreign or resource.deleting else ports.existing.owner(resource)


def _conflict(wanted: _Wanted, found: ExistingResource, owner: tuple[str, str]) -> Conflict | None:
    step, (stack, logical_id) = wanted.step, owner
    if stack == step.stack.name and step.action is Action.RECREATE:
        return None  # it is deleted along with the failed stack
    source = step.stack.sources.get(wanted.logical_id, "")
    conflict = Conflict(
        step.stack.key, wanted.logical_id, found.type, found.name, ConflictKind.EXISTS, ("rename",), source=source
    )
    retained = wanted.resource.get("DeletionPolicy") in RETAINED
    conflict = replace(conflict, identifier=found.identifier, retained=retained)
    if found.foreign:
        return replace(conflict, kind=ConflictKind.FOREIGN)
    if stack and found.type in _SHARED_NAMES:
        return None
    if stack:
        return replace(conflict, kind=ConflictKind.OWNED, detail=f", {stack}, as {logical_id}")
    if found.deleting:
        return replace(conflict, kind=ConflictKind.DELETING, resolutions=("restore", "rename"))
    if _is_taken_back(wanted):
        if NAMED_TYPES[found.type].automatic:
            return replace(conflict, kind=ConflictKind.AUTO_IMPORTED, resolutions=())
        return replace(conflict, resolutions=("import",), resolution="import")
    return replace(conflict, resolutions=("import", "rename")) if importable(wanted.resource) else conflict


def _is_taken_back(wanted: _Wanted) -> bool:
    """True for what an earlier stack has left (docs/adr/0007): CloudFormation imports it automatically, or pkgops does
    where its definition has stand-ins."""
    named = NAMED_TYPES[wanted.resource["Type"]]
    literal = wanted.resource["Properties"][named.name] == wanted.name
    retained = wanted.resource.get("DeletionPolicy") in RETAINED
    way = named.automatic or (bool(named.stand_ins) and importable(wanted.resource))
    return way and literal and retained and wanted.step.action in CREATING
