"""How is a plan with changes carried out?

Every stack is compared again when its turn comes, because values of upstream stacks are known only then; a change set
made for other values is replaced.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from pkgops.build.repair import repair
from pkgops.build.synth import template_text
from pkgops.deploy.import_resources import restore_secrets
from pkgops.deploy.interruption import detach_on_interrupt, detacher
from pkgops.deploy.report import Report, Result
from pkgops.deploy.scheduler import interruptible, run_in_order
from pkgops.deploy.stack_deployment import StackDeployment
from pkgops.deploy.swapped_code import put_aliases_back, take_over
from pkgops.deploy.watcher import Stopped, Watcher
from pkgops.errors import BucketGoneError, DeployError, RefusedError
from pkgops.events import Emit, Finished, Note, Progress, ResourceChanged, StackChanged, Started, silent
from pkgops.plan.bootstrap import recreate_bootstrap
from pkgops.plan.plan import Plan
from pkgops.plan.step import Action, Step, decide, late_values, parameter_values
from pkgops.ports.ports import Ports
from pkgops.wording import counted

_UPLOADS = 8
_ROUNDS = 5  # of updates with values that were not known before


def carry_out(plan: Plan, ports: Ports, emit: Emit, concurrency: int) -> Report:
    """Deploys bucket, artifacts, then each stack as soon as the stacks it depends on are deployed."""
    with Watcher(ports.stacks, emit, fast=ports.endpoint is not None) as watcher:
        work = _Deployment(plan, ports, emit, watcher)
        with detach_on_interrupt(watcher, plan.project, "deploy"):
            if plan.bootstrap is not None and not work.bootstrap(plan.bootstrap):
                return Report(tuple(work.results.values()))
            if not _upload_artifacts(plan, ports, emit, work):
                return Report(tuple(work.results.values()))
            restore_secrets(plan, ports)
            put_aliases_back(plan, ports, emit)
            run_in_order(work.needs, work.step, work.skip, concurrency, detacher(watcher, emit))
            for _ in range(_ROUNDS):
                if not (again := work.outdated()):
                    break
                run_in_order(again, work.again, work.skip, concurrency, detacher(watcher, emit))
            if plan.swapped:
                take_over(plan, [key for key, result in work.results.items() if result.ok], ports, emit)
    return Report(tuple(work.results[step.stack.key] for step in plan.steps))


def upload(plan: Plan, ports: Ports, emit: Emit = silent) -> int:
    """Uploads the artifacts that changing resources refer to and the bucket lacks, or has with other bytes; returns how
    many. What is damaged here is built again first."""
    wanted = "".join(template_text(_changing(step)) for step in plan.steps if step.action is not Action.UNCHANGED)
    assets = {asset.key: asset for asset in plan.assets if asset.key in wanted}
    absent = set(assets) if plan.bootstrap is not None else ports.artifacts.missing(list(assets))
    if not absent:
        return 0
    repair(plan.project, [assets[key] for key in sorted(absent)], emit)
    emit(Started("Uploading"))
    with ThreadPoolExecutor(_UPLOADS) as pool, interruptible(pool):
        sent = pool.map(lambda key: ports.artifacts.put(key, assets[key].path), sorted(absent))
        for count, _ in enumerate(sent, 1):
            emit(Progress("Uploading", count, len(absent)))
    size = sum(assets[key].size for key in absent) / 1e6
    emit(Finished("Uploading", f"{counted(len(absent), 'artifact')}, {size:.1f} MB"))
    return len(absent)


def _changing(step: Step) -> Mapping[str, Any]:
    """The resources that a step changes, as far as it is known: CloudFormation reads no code of the others."""
    resources: Mapping[str, Any] = step.stack.template["Resources"]
    if not step.change_set or step.first:
        return resources
    changed = {change.logical_id for change in step.changes}
    return {logical_id: resource for logical_id, resource in resources.items() if logical_id in changed}


def _upload_artifacts(plan: Plan, ports: Ports, emit: Emit, work: _Deployment) -> bool:
    """True once the artifacts are uploaded; a bucket that was deleted meanwhile is created again for them."""
    try:
        upload(plan, ports, emit)
    except BucketGoneError as error:
        if plan.bootstrap is not None:  # this deployment has just created it
            raise
        emit(Note(f"{error.message} It is created again.", "warning"))
        step = recreate_bootstrap(plan.project, ports)
        if not work.bootstrap(step):
            return False
        upload(replace(plan, bootstrap=step), ports, emit)
    return True


class _Deployment:
    """One run. ``step`` and ``skip`` are called from the scheduler's threads."""

    def __init__(self, plan: Plan, ports: Ports, emit: Emit, watcher: Watcher) -> None:
        self.plan = plan
        self.ports = ports
        self.emit = emit
        self._stack_deployment = StackDeployment(plan, ports, emit, watcher)
        self.steps = {step.stack.key: step for step in plan.steps}
        self.needs = {key: step.stack.needs for key, step in self.steps.items()}
        self.results: dict[str, Result] = {}
        self._used: dict[str, Mapping[str, str]] = {}  # the parameters that stacks were deployed with
        self._outputs: dict[str, Mapping[str, str]] = {
            key: state.outputs for key, state in plan.states.items() if key not in self.steps
        }
        self._lock = threading.Lock()

    def bootstrap(self, step: Step) -> bool:
        """Creates the artifact bucket; the only stack that is deployed before the uploads."""
        return self._run(step, {})

    def step(self, key: str) -> bool:
        """Deploys one stack; True if the stacks that depend on it may start."""
        step = self.steps[key]
        with self._lock:
            parameters = parameter_values(step.stack, self._outputs, late_values(step.stack, self.plan.states))
        if parameters is None:  # an upstream stack was deployed without the output
            missing = ", ".join(sorted(set(step.stack.inputs.values())))
            return self._done(Result(step.stack.name, key, "REFUSED", f"A value it uses is missing: {missing}."))
        self._used[key] = parameters
        return self._run(step, parameters)

    def outdated(self) -> dict[str, frozenset[str]]:
        """The deployed stacks, with those they need, that were deployed with other values than are known now."""
        done = [key for key, result in self.results.items() if result.ok and key in self._used]
        return {key: self.needs[key] for key in done if self._now(key) not in (None, self._used[key])}

    def again(self, key: str) -> bool:
        """Deploys a stack once more, with the values that are known now."""
        step, before = self.steps[key], self.results[key]
        with self._lock:
            parameters = self._now(key)
        if parameters is None or parameters == self._used[key]:
            return True
        changed = sorted(name for name, value in parameters.items() if value != self._used[key].get(name))
        values = " and ".join({**step.stack.inputs, **step.stack.late}[name] for name in changed)
        self.emit(Note(f"{step.stack.name} is updated again, with {values}."))
        self._used[key] = parameters
        state = next((one for one in self.ports.stacks.describe() if one.name == step.stack.name), None)
        fresh = decide(step.stack, state, parameters, self.plan.options)
        if not self._run(replace(fresh, concerns=step.concerns), parameters):
            return False
        if before.status != "UNCHANGED":
            self.results[key] = replace(self.results[key], status=before.status)
        return True

    def _now(self, key: str) -> dict[str, str] | None:
        stack = self.steps[key].stack
        late = {name: self._used[key].get(name, "") for name in stack.late}
        for name, reference in stack.late.items():
            upstream, _, output = reference.partition(".")
            late[name] = self._outputs.get(upstream, {}).get(output, late[name])
        return parameter_values(stack, self._outputs, late)

    def skip(self, key: str, cause: str) -> None:
        """Records a stack that was not changed because another one failed."""
        name = self.steps[key].stack.name
        reason = f"{self.steps[cause].stack.name} failed" if cause in self.steps else cause
        self._done(Result(name, key, "SKIPPED", reason))

    def _run(self, step: Step, parameters: Mapping[str, str]) -> bool:
        try:
            return self._done(self._stack_deployment.run(step, parameters))
        except Stopped:
            return self._done(Result(step.stack.name, step.stack.key, "SKIPPED", "interrupted"))
        except (DeployError, RefusedError) as error:
            reason = f"{error.message} {error.hint}".strip()
            return self._done(Result(step.stack.name, step.stack.key, "REFUSED", reason))

    def _done(self, result: Result) -> bool:
        with self._lock:
            self.results[result.key] = result
            if result.ok:
                self._outputs[result.key] = result.outputs
        if result.status in {"UNCHANGED", "SKIPPED", "REFUSED"}:
            self.emit(StackChanged(result.stack, result.status, result.reason))
        elif result.cause is not None:
            cause = result.cause
            self.emit(ResourceChanged(result.stack, cause.logical_id, cause.type, cause.status, cause.reason))
        return result.ok
