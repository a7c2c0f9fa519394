"""How is a plan with changes carried out?

Every stack is compared again when its turn comes, because values of upstream stacks are known only then; a change set
made for other values is replaced.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from pkgops.deploy.import_resources import restore_secrets
from pkgops.deploy.interruption import detach_on_interrupt, detacher
from pkgops.deploy.report import Report, Result
from pkgops.deploy.scheduler import run_in_order
from pkgops.deploy.stack_deployment import StackDeployment
from pkgops.deploy.swapped_code import put_aliases_back, take_over
from pkgops.deploy.uploads import UPLOADS, Uploads
from pkgops.deploy.watcher import Stopped, Watcher
from pkgops.errors import BucketGoneError, DeployError, RefusedError
from pkgops.events import Emit, Note, ResourceChanged, StackChanged
from pkgops.plan.bootstrap import recreate_bootstrap
from pkgops.plan.plan import Plan
from pkgops.plan.step import Step, decide, late_values, parameter_values
from pkgops.ports.ports import Ports

_ROUNDS = 5  # of updates with values that were not known before


def carry_out(plan: Plan, ports: Ports, emit: Emit, concurrency: int) -> Report:
    """Deploys the bucket, then each stack as soon as the stacks it depends on are deployed; the artifacts are uploaded
    meanwhile, and only what needs them waits for that (docs/adr/0047)."""
    with Watcher(ports.stacks, emit, fast=ports.endpoint is not None) as watcher:
        work = _Deployment(plan, ports, emit, watcher)
        with detach_on_interrupt(watcher, plan.project, "deploy"):
            if plan.bootstrap is not None and not work.bootstrap(plan.bootstrap):
                return work.report()
            restore_secrets(plan, ports)
            put_aliases_back(plan, ports, emit)
            run_in_order(work.needs, work.step, work.skip, concurrency, detacher(watcher, emit))
            for _ in range(_ROUNDS):
                if not (again := work.outdated()):
                    break
                run_in_order(again, work.again, work.skip, concurrency, detacher(watcher, emit))
            if plan.swapped:
                take_over(plan, [key for key, result in work.results.items() if result.ok], ports, emit)
    return work.report()


class _Deployment:
    """One run. ``step`` and ``skip`` are called from the scheduler's threads."""

    def __init__(self, plan: Plan, ports: Ports, emit: Emit, watcher: Watcher) -> None:
        self.plan = plan
        self.ports = ports
        self.emit = emit
        self._uploads = Uploads(plan, ports, emit, lambda: watcher.stopped)
        self._stack_deployment = StackDeployment(plan, ports, emit, watcher)
        self.steps = {step.stack.key: step for step in plan.steps}
        self.needs = {UPLOADS: frozenset[str]()} | {key: step.stack.needs for key, step in self.steps.items()}
        self.needs |= {key: self.needs[key] | {UPLOADS} for key in self._uploads.waiting}
        self.results: dict[str, Result] = {}
        self._used: dict[str, Mapping[str, str]] = {}  # the parameters that stacks were deployed with
        self._outputs: dict[str, Mapping[str, str]] = {
            key: state.outputs for key, state in plan.states.items() if key not in self.steps
        }
        self._lock = threading.Lock()

    def report(self) -> Report:
        """The results of the plan's steps so far, after that of the bootstrap stack if it failed."""
        others = [result for key, result in self.results.items() if key not in self.steps and not result.ok]
        return Report((*others, *(self.results[key] for key in self.steps if key in self.results)))

    def bootstrap(self, step: Step) -> bool:
        """Creates the artifact bucket; the only stack that is deployed before the uploads."""
        return self._run(step, {})

    def _upload(self) -> bool:
        """True once the artifacts are uploaded; a bucket that was deleted meanwhile is created again for them."""
        created = self.plan.bootstrap is not None
        try:
            self._uploads.send(to_new_bucket=created)
        except BucketGoneError as error:
            if created:
                raise
            self.emit(Note(f"{error.message} It is created again.", "warning"))
            if not self.bootstrap(recreate_bootstrap(self.plan.project, self.ports)):
                return False
            self._uploads.send(to_new_bucket=True)
        return True

    def step(self, key: str) -> bool:
        """Deploys one stack, or uploads; True if the stacks that depend on it may start."""
        if key == UPLOADS:
            return self._upload()
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
        reason = f"{self.steps[cause].stack.name if cause in self.steps else cause} failed"
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
