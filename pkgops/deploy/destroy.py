"""The destruction of a system: which stacks are deleted, which buckets emptied, which resources retained.

First everything is read, then the stacks are deleted in reverse order. The bootstrap stack is deleted along with the
last system of its stage, as it was created along with the first.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from pkgops.bootstrap import SYSTEM as BOOTSTRAP
from pkgops.build.synth import SynthesizedStack, resources
from pkgops.config import Project, require_account
from pkgops.deploy.databases import Database, deleted_databases, unprotect
from pkgops.deploy.deploy import CONCURRENCY
from pkgops.deploy.interruption import detach_on_interrupt, detacher
from pkgops.deploy.report import Report, Result
from pkgops.deploy.root_cause import explain_failure
from pkgops.deploy.scheduler import run_in_order
from pkgops.deploy.stack_deployment import MAX_ROUNDS
from pkgops.deploy.watcher import Stopped, Watcher
from pkgops.errors import DeployError
from pkgops.events import Emit, Finished, Note, StackChanged, Started, silent
from pkgops.plan.bootstrap import bootstrap_stack_name
from pkgops.plan.recovery_hint import DELETE_FAILED, recovery_hint
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackResource, StackState
from pkgops.project import load_system, systems

BUCKET = "AWS::S3::Bucket"
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a type
_PARALLEL = 8  # stacks, each read by a few calls
_RETAINED = {"Retain", "RetainExceptOnCreate"}


@dataclass(frozen=True, slots=True)
class StackDeletion:
    """A stack to delete: ``buckets`` are emptied and ``databases`` lose their protection first, ``retained`` resources
    are kept."""

    key: str
    state: StackState
    needs: frozenset[str]
    buckets: tuple[str, ...] = ()
    retained: tuple[StackResource, ...] = ()
    databases: tuple[Database, ...] = ()


@dataclass(frozen=True, slots=True)
class DestroyPlan:
    """What destroying a system will do. ``stacks`` are in the order of deletion; ``retain`` are logical ids that a
    stack in DELETE_FAILED keeps; ``outside`` are secrets of the system that no stack has, and ``alone`` says that no
    other system's stack is on the stage; ``wait`` is how many seconds at most to wait for another deployer's operation
    (None: no limit)."""

    project: Project
    stacks: tuple[StackDeletion, ...]
    retain: tuple[str, ...] = ()
    wait: float | None = None
    outside: tuple[StackResource, ...] = ()
    alone: bool = False

    @property
    def retained(self) -> tuple[StackResource, ...]:
        """All resources that are kept."""
        return tuple(resource for stack in self.stacks for resource in stack.retained)

    @property
    def buckets(self) -> tuple[str, ...]:
        """All buckets that are emptied."""
        return tuple(bucket for stack in self.stacks for bucket in stack.buckets)

    @property
    def databases(self) -> tuple[Database, ...]:
        """All databases that go with their stacks."""
        return tuple(database for stack in self.stacks for database in stack.databases)


def plan_destroy(
    project: Project, stacks: Sequence[SynthesizedStack], ports: Ports, only: Sequence[str] = ()
) -> DestroyPlan:
    """Reads what is deployed of a system on its stage; changes nothing."""
    everything = {state.name: state for state in ports.stacks.describe()}
    needed = {key for stack in stacks if only and stack.key not in only for key in stack.needs}
    if blocked := sorted(needed & set(only)):
        raise DeployError(
            f"Other stacks of {project.system.key} use values of {', '.join(blocked)}.", "Destroy those as well."
        )
    there = [stack for stack in stacks if stack.name in everything and (not only or stack.key in only)]
    if there and not project.stage.local:
        known = everything[there[0].name]
        require_account(project.stage, known.account, known.region)
    found = [(stack.key, everything[stack.name], stack.needs) for stack in reversed(there)]
    if not only and (bootstrap := _unused_bootstrap(project, everything, {stack.name for stack in there})):
        last = BOOTSTRAP.stacks[0].key
        found = [*((key, state, needs | {last}) for key, state, needs in found), (last, bootstrap, frozenset())]
    with ThreadPoolExecutor(_PARALLEL) as pool:
        read = [pool.submit(_stack_deletion, key, state, needs, ports) for key, state, needs in found]
        deletions = [one.result() for one in read]
    gone = {deletion.state.name for deletion in deletions}
    outside = () if only or not there else _secrets_outside(project, stacks, ports)
    return DestroyPlan(project, tuple(deletions), outside=outside, alone=gone == set(everything))


def _secrets_outside(project: Project, stacks: Sequence[SynthesizedStack], ports: Ports) -> tuple[StackResource, ...]:
    """The secrets that the system needs and no template declares, as far as they are there."""
    declared = {
        resource.get("Properties", {}).get("Name")
        for stack in stacks
        for _, resource in resources(stack.template, SECRET)
    }
    names = [name for name in map(project.named, project.system.secrets) if name not in declared]
    found = ports.existing.find([(SECRET, name) for name in names]) if names else []
    return tuple(StackResource("", row.name, SECRET, "") for row in found if not row.deleting)


def destroy(plan: DestroyPlan, ports: Ports, emit: Emit = silent, concurrency: int = CONCURRENCY) -> Report:
    """Deletes the stacks, dependents first. Failures are in the report."""
    stacks = {stack.key: stack for stack in plan.stacks}
    users = {key: {other.key for other in plan.stacks if key in other.needs} for key in stacks}
    results: dict[str, Result] = {}
    with Watcher(ports.stacks, emit, fast=ports.endpoint is not None) as watcher:

        def work(key: str) -> bool:
            results[key] = _delete_stack(stacks[key], plan, ports, emit, watcher)
            return results[key].status == "DELETE_COMPLETE"

        def skip(key: str, cause: str) -> None:
            reason = f"{stacks[cause].state.name} still exists and uses it"
            results[key] = Result(stacks[key].state.name, key, "SKIPPED", reason)
            emit(StackChanged(stacks[key].state.name, "SKIPPED", reason))

        with detach_on_interrupt(watcher, plan.project, "destroy"):
            run_in_order(users, work, skip, concurrency, detacher(watcher, emit))
    return Report(tuple(results[key] for key in stacks))


def _delete_stack(stack: StackDeletion, plan: DestroyPlan, ports: Ports, emit: Emit, watcher: Watcher) -> Result:
    try:
        for _ in range(MAX_ROUNDS):
            if stack.state.in_progress:
                emit(Note(f"{stack.state.name} is {stack.state.status}: waiting for that to end, then deleting it."))
                left = watcher.wait(stack.state.name, timeout=plan.wait)
                if left is None or left.id != stack.state.id:
                    return Result(stack.state.name, stack.key, "DELETE_COMPLETE")
                stack = _after_other_operation(stack, left, ports)
            state = _delete_once(stack, plan, ports, emit, watcher)
            if state is None or not state.in_progress:
                return _result(stack, state, plan, ports)
            stack = replace(stack, state=state)
    except Stopped:
        return Result(stack.state.name, stack.key, "SKIPPED", "interrupted")
    except DeployError as error:
        return Result(stack.state.name, stack.key, "REFUSED", f"{error.message} {error.hint}".strip())
    return Result(
        stack.state.name,
        stack.key,
        "REFUSED",
        "Other deployments keep changing it; destroy again when they have ended.",
    )


def _delete_once(
    stack: StackDeletion, plan: DestroyPlan, ports: Ports, emit: Emit, watcher: Watcher
) -> StackState | None:
    """Deletes a stack, by its id, so that another stack created under its name is safe. Returns its state when the
    operation has ended (None: deleted), or its current one if CloudFormation refuses because of another operation."""
    unprotect(stack.databases, ports, emit)
    for bucket in stack.buckets:
        emit(Started(f"Emptying {bucket}"))
        emit(Finished(f"Emptying {bucket}", f"{ports.artifacts.empty(bucket)} objects and versions"))
    state = stack.state
    emit(StackChanged(state.name, "DELETE_IN_PROGRESS"))
    try:
        # On protected stages pkgops has set it; on others a person has, and it is respected.
        if state.termination_protection and plan.project.stage.protected:
            ports.stacks.set_termination_protection(state.name, False)
        mark = watcher.mark(state) if state.status == DELETE_FAILED else ""
        ports.stacks.delete(state.id, plan.retain if state.status == DELETE_FAILED else ())
    except DeployError:
        now = next((one for one in ports.stacks.describe() if one.id == state.id), None)
        if now is None or now.in_progress:
            return now
        raise
    return watcher.wait(state.name, state, mark=mark)


def _after_other_operation(stack: StackDeletion, now: StackState, ports: Ports) -> StackDeletion:
    """The deletion after another deployer's operation. DeployError if more would be lost than was shown before."""
    fresh = _stack_deletion(stack.key, now, stack.needs, ports)
    if more := sorted(set(fresh.buckets) - set(stack.buckets)):
        raise DeployError(f"It has a new bucket, {', '.join(more)}, which was not shown.", "Destroy again to see it.")
    return fresh


def _result(stack: StackDeletion, state: StackState | None, plan: DestroyPlan, ports: Ports) -> Result:
    if state is None:
        return Result(stack.state.name, stack.key, "DELETE_COMPLETE")
    why = explain_failure(ports, state.id)
    target = f"{plan.project.system.key} --stage {plan.project.stage.name}"
    hint = recovery_hint(ports.stacks, state, target) if state.status == DELETE_FAILED else ""
    return Result(
        stack.state.name, stack.key, state.status, why.reason or state.reason, why.cause, log=why.log, hint=hint
    )


def _stack_deletion(key: str, state: StackState, needs: frozenset[str], ports: Ports) -> StackDeletion:
    declared: Mapping[str, Any] = json.loads(ports.stacks.template(state.name) or "{}").get("Resources", {})
    kept, buckets = [], []
    rows = ports.stacks.resources(state.name)
    for resource in rows:
        policy = declared.get(resource.logical_id, {}).get("DeletionPolicy", "Delete")
        if policy in _RETAINED:
            kept.append(resource)
        elif resource.type == BUCKET and resource.physical_id:
            buckets.append(resource.physical_id)
    databases = deleted_databases(rows, declared, kept, ports)
    return StackDeletion(key, state, needs, tuple(buckets), tuple(kept), databases)


def _unused_bootstrap(
    project: Project, everything: Mapping[str, StackState], gone: Collection[str]
) -> StackState | None:
    """The bootstrap stack, if no other system on the stage uses its bucket. Other systems are loaded only if there are
    stacks besides those that are ``gone`` then."""
    state = everything.get(bootstrap_stack_name(project))
    left = set(everything) - {*gone, bootstrap_stack_name(project)}
    others = [load_system(project.root, key) for key in systems(project.root) if left and key != project.system.key]
    in_use = any(system.named(project.stage, stack.name) in left for system in others for stack in system.stacks)
    return None if in_use else state
