"""How is a plan carried out?

The only stage of the pipeline that changes AWS. Every stack is looked at again when its turn comes: values of
upstream stacks are known only then, and a change set made for other values is made anew.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from pkgops import protection
from pkgops.adoption import adopt, restore
from pkgops.changeset import ask
from pkgops.errors import DeployError
from pkgops.events import Emit, Finished, Progress, ResourceChanged, StackChanged, Started, silent
from pkgops.failure import first_cause
from pkgops.plan import READY, Action, Plan, Step, unchanged, values
from pkgops.ports import ChangeSet, Ports, StackEvent, StackState
from pkgops.synth import text
from pkgops.walk import walk
from pkgops.watch import Stopped, Watcher

CONCURRENCY = 8
_UPLOADS = 8
_GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}


@dataclass(frozen=True, slots=True)
class Result:
    """How a stack ended: a CloudFormation status, UNCHANGED, SKIPPED (``reason`` says because of what) or
    REFUSED. ``cause`` is the event of the first failed resource."""

    stack: str
    key: str
    status: str
    reason: str = ""
    cause: StackEvent | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Deployed, or nothing to do."""
        return self.status in _GOOD or self.status == "UNCHANGED"


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a deployment in the order of the plan."""

    results: tuple[Result, ...]

    @property
    def ok(self) -> bool:
        """True if every stack is as it should be."""
        return all(result.ok for result in self.results)


class Interrupted(KeyboardInterrupt):
    """The user has let go. ``running`` are the stacks whose operations go on without us."""

    def __init__(self, running: tuple[str, ...]) -> None:
        super().__init__("interrupted")
        self.running = running


def deploy(plan: Plan, ports: Ports, emit: Emit = silent, concurrency: int = CONCURRENCY) -> Report:
    """Carries a plan out: bucket, uploads, then stacks as soon as what they use is there.

    One failing stack leaves unrelated ones going; failures are in the report. Raises `Interrupted` on Ctrl-C and
    AccessError if AWS cannot be reached any more; the operations begun go on, and the next deployment attaches."""
    if not plan.changed:
        for step in plan.steps:
            emit(StackChanged(step.stack.name, "UNCHANGED"))
        return Report(tuple(_as_is(step) for step in plan.steps))
    with Watcher(ports.stacks, emit, quick=ports.endpoint is not None) as watcher:
        work = _Deployment(plan, ports, emit, watcher)
        try:
            if plan.bootstrap is not None and not work.bootstrap(plan.bootstrap):
                return Report(tuple(work.results.values()))
            upload(plan, ports, emit)
            restore(plan, ports)
            walk(work.needs, work.step, work.skip, concurrency, watcher.stop)
        except KeyboardInterrupt:
            running = watcher.running
            watcher.stop()
            raise Interrupted(running) from None
    return Report(tuple(work.results[step.stack.key] for step in plan.steps))


def upload(plan: Plan, ports: Ports, emit: Emit = silent) -> int:
    """Puts the artifacts the changing stacks name into the bucket, those that are not there; returns how many."""
    wanted = "".join(text(step.stack.template) for step in plan.steps if step.action is not Action.UNCHANGED)
    assets = {asset.key: asset for asset in plan.assets if asset.key in wanted}
    absent = set(assets) if plan.bootstrap is not None else ports.artifacts.missing(list(assets))
    if not absent:
        return 0
    emit(Started("Uploading"))
    with ThreadPoolExecutor(_UPLOADS) as pool:
        sent = pool.map(lambda key: ports.artifacts.put(key, assets[key].path), sorted(absent))
        for count, _ in enumerate(sent, 1):
            emit(Progress("Uploading", count, len(absent)))
    emit(Finished("Uploading", f"{len(absent)} artifacts, {sum(assets[key].size for key in absent) / 1e6:.1f} MB"))
    return len(absent)


class _Deployment:
    """One run. ``step`` and ``skip`` are called from the threads of `walk`."""

    def __init__(self, plan: Plan, ports: Ports, emit: Emit, watcher: Watcher) -> None:
        self.plan = plan
        self.ports = ports
        self.emit = emit
        self.watcher = watcher
        self.steps = {step.stack.key: step for step in plan.steps}
        self.needs = {key: step.stack.needs for key, step in self.steps.items()}
        self.results: dict[str, Result] = {}
        self._outputs: dict[str, Mapping[str, str]] = {
            key: state.outputs for key, state in plan.states.items() if key not in self.steps
        }
        self._lock = threading.Lock()

    def bootstrap(self, step: Step) -> bool:
        """Makes the artifact bucket; the only stack that precedes the uploads."""
        return self._run(step, {})

    def step(self, key: str) -> bool:
        """Brings one stack to where the plan wants it; True if its dependents may go on."""
        step = self.steps[key]
        with self._lock:
            parameters = values(step.stack, self._outputs)
        if parameters is None:  # an upstream stack was deployed, but without the output
            missing = ", ".join(sorted(set(step.stack.inputs.values())))
            return self._done(Result(step.stack.name, key, "REFUSED", f"A value it uses is missing: {missing}."))
        return self._run(step, parameters)

    def skip(self, key: str, cause: str) -> None:
        """Notes a stack that was not touched because another one failed."""
        name = self.steps[key].stack.name
        reason = f"{self.steps[cause].stack.name} failed" if cause in self.steps else cause
        self._done(Result(name, key, "SKIPPED", reason))

    def _run(self, step: Step, parameters: Mapping[str, str]) -> bool:
        try:
            return self._done(self._brought(step, parameters))
        except Stopped:
            return self._done(Result(step.stack.name, step.stack.key, "SKIPPED", "watching was ended"))
        except DeployError as error:
            reason = f"{error.message} {error.hint}".strip()
            return self._done(Result(step.stack.name, step.stack.key, "REFUSED", reason))

    def _brought(self, step: Step, parameters: Mapping[str, str]) -> Result:
        step, before = adopt(step, self._cleared(step), self.plan, self.ports, self.watcher, self.emit)
        if not self._forced(step) and unchanged(step.stack, parameters, before):
            return Result(step.stack.name, step.stack.key, "UNCHANGED", outputs=before.outputs if before else {})
        made = self._change_set(step, parameters, create=before is None)
        if made.empty:
            self.ports.stacks.discard(made.id)
            return Result(step.stack.name, step.stack.key, "UNCHANGED", outputs=before.outputs if before else {})
        guarded = self.plan.project.stage.protected
        if guarded and before is not None:
            protection.opened(self.ports.stacks, step.stack.name, self.plan.accepted)
        self.emit(StackChanged(step.stack.name, "CREATE_IN_PROGRESS" if before is None else "UPDATE_IN_PROGRESS"))
        self.ports.stacks.execute(made.id)
        state = self.watcher.wait(step.stack.name, before, len(made.changes))
        if guarded and state is not None:
            protection.closed(self.ports.stacks, state)
        return self._ended(step, state)

    def _forced(self, step: Step) -> bool:
        """The digest alone does not say that there is nothing to do."""
        if self.plan.wishes.revert_drift:
            return step.action is not Action.UNCHANGED
        return self.plan.wishes.force and step.action is Action.UPDATE

    def _cleared(self, step: Step) -> StackState | None:
        """The stack's present state once nothing is in the way of a change set; None if it is to be created."""
        if step.action is Action.ATTACH:
            state = self.watcher.wait(step.stack.name)
            if state is not None and state.status not in READY:
                raise DeployError(f"The operation that was running ended in {state.status}.")
            return state
        if step.action is Action.RESUME:
            self.ports.stacks.resume_rollback(step.stack.name, self.plan.wishes.skip)
            state = self.watcher.wait(step.stack.name, step.before)
            if state is None or state.status not in READY:
                raise DeployError("The rollback has failed again; name what to leave out with --skip RESOURCE.")
            return state
        if step.action is Action.RECREATE:
            self.ports.stacks.delete(step.stack.name)
            if (state := self.watcher.wait(step.stack.name, step.before)) is not None:
                raise DeployError(f"The failed first creation cannot be removed: {state.status}.")
            return None
        return None if step.action is Action.CREATE else step.before

    def _change_set(self, step: Step, parameters: Mapping[str, str], *, create: bool) -> ChangeSet:
        if step.change_set and step.parameters == parameters:
            return ChangeSet(step.change_set, step.stack.name, "CREATE_COMPLETE", changes=step.changes)
        if step.change_set:
            self.ports.stacks.discard(step.change_set)
        revert = self.plan.wishes.revert_drift
        return ask(self.plan.project, step.stack, parameters, self.ports, create=create, revert_drift=revert)

    def _ended(self, step: Step, state: StackState | None) -> Result:
        status = state.status if state else "DELETE_COMPLETE"
        if status in _GOOD and state is not None:
            return Result(step.stack.name, step.stack.key, status, outputs=state.outputs)
        cause = first_cause(self.ports.stacks, state.id if state else step.stack.name)
        reason = f"{cause.logical_id}: {cause.reason}" if cause else (state.reason if state else "")
        if cause is not None and cause.logical_id in step.stack.sources:
            reason += f" ({step.stack.sources[cause.logical_id]})"
        return Result(step.stack.name, step.stack.key, status, reason, cause)

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


def _as_is(step: Step) -> Result:
    outputs = step.before.outputs if step.before else {}
    return Result(step.stack.name, step.stack.key, "UNCHANGED", outputs=outputs)


def require(report: Report, stage: str) -> None:
    """DeployError with the first failing reason of each stack, if any failed."""
    failed = [result for result in report.results if not result.ok and result.status != "SKIPPED"]
    if failed:
        lines = [f"{result.stack} ended in {result.status}: {result.reason or 'no reason given'}" for result in failed]
        raise DeployError("\n".join(lines), f"See pkgops events --failed --stage {stage}; correct it and deploy again.")
