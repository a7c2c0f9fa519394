"""The deployment of one stack, from the state it is found in to the planned one.

Other deployers may change it at the same time. A running operation is watched to its end, then the stack is compared
again; an operation that starts between plan and execution is noticed when CloudFormation refuses ours, and handled the
same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from pkgops.build.versions import pin_values
from pkgops.deploy.first_updates import first_updates
from pkgops.deploy.import_resources import import_resources
from pkgops.deploy.report import SUCCEEDED, Result
from pkgops.deploy.root_cause import explain_failure
from pkgops.deploy.watcher import Watcher
from pkgops.errors import DeployError
from pkgops.events import Emit, Note, StackChanged
from pkgops.plan import protection
from pkgops.plan.change_set import create_change_set
from pkgops.plan.changes import reviewed
from pkgops.plan.plan import Plan
from pkgops.plan.recovery_hint import DELETE_FAILED, ROLLBACK_FAILED, recovery_hint
from pkgops.plan.refusal import require_none
from pkgops.plan.refusals import step_refusals
from pkgops.plan.review.review import Concern, review
from pkgops.plan.step import READY, Action, Step, decide, fingerprint, is_current, require_deployable
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ChangeSet, StackState

MAX_ROUNDS = 10  # operations of other deployers that one deployment waits for on one stack
_T = TypeVar("_T")


class ConcurrentChange(Exception):  # noqa: N818 - not an error: the stack is compared again
    """Another deployer has changed the stack since it was described; ``state`` is its current one."""

    def __init__(self, state: StackState | None) -> None:
        super().__init__("concurrent change")
        self.state = state


class StackDeployment:
    """Deploys the stacks of a plan, one a call. Safe to use from several threads."""

    def __init__(self, plan: Plan, ports: Ports, emit: Emit, watcher: Watcher) -> None:
        self.plan = plan
        self.ports = ports
        self.emit = emit
        self.watcher = watcher
        self.stage = plan.project.stage
        self._imported: dict[str, bool] = {}  # stack key -> whether the import has created it

    def run(self, step: Step, parameters: Mapping[str, str]) -> Result:
        """Brings the stack into an updatable state, imports resources, makes a change set if the plan's is no longer
        valid, and executes it.

        DeployError if CloudFormation refuses it or the stack is stuck; RefusedError if it would make changes on a
        protected stage that are not allowed."""
        step = replace(step, stack=pin_values(step.stack, parameters))
        for _ in range(MAX_ROUNDS):
            try:
                step = self._import(self._make_updatable(step, parameters))
                step, failed = self._after_first_updates(step, parameters)
                return failed or self._apply(step, parameters)
            except ConcurrentChange as change:
                self.emit(Note(f"Another deployment has changed {step.stack.name} meanwhile; comparing again."))
                step = self._decide_again(step, change.state, parameters)
        raise DeployError(f"Other deployments keep changing {step.stack.name}.", "Deploy again when they have ended.")

    def _decide_again(self, step: Step, state: StackState | None, parameters: Mapping[str, str]) -> Step:
        """The step for the current state; the concerns that were shown are kept."""
        fresh = decide(step.stack, state, parameters, self.plan.options)
        return replace(require_deployable(fresh, self.plan.project, self.ports), concerns=step.concerns)

    def _make_updatable(self, step: Step, parameters: Mapping[str, str]) -> Step:
        """The step once a change set can be made: to create, to update, or unchanged."""
        for _ in range(MAX_ROUNDS):
            if step.action is Action.ATTACH:
                step = self._decide_again(step, self._attach(step), parameters)
            elif step.action in (Action.RESUME, Action.ROLL_BACK):
                step = replace(step, action=Action.UPDATE, before=self._rolled_back(step))
            elif step.action is Action.RECREATE:
                self._delete(step)
                step = replace(step, action=Action.CREATE, before=None)
            else:
                return step
        raise DeployError(f"Other deployments keep changing {step.stack.name}.", "Deploy again when they have ended.")

    def _attach(self, step: Step) -> StackState | None:
        status = step.before.status if step.before else ""
        self.emit(Note(f"{step.stack.name} is {status}: waiting for that to end, then comparing again."))
        return self.watcher.wait(step.stack.name, timeout=self.plan.options.wait)

    def _rolled_back(self, step: Step) -> StackState:
        """The stack after the rollback that is continued, or that an update with rollback disabled did without."""
        stacks, name = self.ports.stacks, step.stack.name
        mark = self.watcher.mark(step.before) if step.before else ""
        if step.action is Action.RESUME:
            self._call(step, lambda: stacks.resume_rollback(name, self.plan.options.skip))
        else:
            self.emit(Note(f"{name} is UPDATE_FAILED: rolling that update back first."))
            self._call(step, lambda: stacks.roll_back(name))
        state = self.watcher.wait(step.stack.name, step.before, mark=mark)
        if state is None or state.status not in READY:
            target = f"{step.stack.system} --stage {self.stage.name}"
            hint = recovery_hint(self.ports.stacks, state, target) if state else ""
            again = " again" if step.action is Action.RESUME else ""
            raise DeployError(f"The rollback of {step.stack.name} failed{again}.", hint)
        return state

    def _delete(self, step: Step) -> None:
        """Deletes a stack to recreate it; by its id, so that a stack another deployer has created meanwhile is safe."""
        before = step.before
        if before is None:
            return
        mark = self.watcher.mark(before) if before.status == DELETE_FAILED else ""
        # On protected stages pkgops has set it; on others a person has, and it is respected.
        if before.termination_protection and self.stage.protected:
            self.ports.stacks.set_termination_protection(before.name, False)
        self._call(step, lambda: self.ports.stacks.delete(before.id, step.retain))
        if (state := self.watcher.wait(step.stack.name, before, mark=mark)) is not None:
            target = f"{step.stack.system} --stage {self.stage.name}"
            raise DeployError(
                f"The failed stack {step.stack.name} cannot be deleted: {state.status}.",
                recovery_hint(self.ports.stacks, state, target),
            )

    def _import(self, step: Step) -> Step:
        """The step after the import of existing resources, which is done once a stack."""
        if step.stack.key in self._imported:
            return step
        before = step.before if step.action is not Action.CREATE else None
        step, state = import_resources(step, before, self.plan, self.ports, self.watcher, self.emit)
        if state is before:
            return step
        self._imported[step.stack.key] = before is None
        return replace(step, action=Action.UPDATE, before=state)

    def _after_first_updates(self, step: Step, parameters: Mapping[str, str]) -> tuple[Step, Result | None]:
        """The step after the updates that come before its own, or the result of one that failed. Executing a change set
        deletes the plan's."""
        before = step.before
        if not self.plan.options.in_steps or step.action is not Action.UPDATE or before is None:
            return step, None
        state = self._call(step, lambda: first_updates(step, before, self.ports, self.watcher, self.emit))
        if state is before:
            return step, None
        failed = state is None or state.status not in SUCCEEDED
        return replace(step, before=state, change_set=""), self._result(step, state, parameters) if failed else None

    def _apply(self, step: Step, parameters: Mapping[str, str]) -> Result:
        name, key = step.stack.name, step.stack.key
        before = step.before if step.action is not Action.CREATE else None
        idle = Result(name, key, "UNCHANGED", outputs=before.outputs if before else {})
        if not self._is_forced(step) and is_current(step.stack, parameters, before):
            return idle
        made = self._call(step, lambda: self._change_set(step, parameters, create=before is None))
        if made.empty:
            self.ports.stacks.delete_change_set(made.id)
            return idle
        self._require_allowed(step, made)
        if self.stage.protected and before is not None:
            protection.allow_changes(self.ports.stacks, name, self.plan.options.allow)
        self.emit(StackChanged(name, "CREATE_IN_PROGRESS" if before is None else "UPDATE_IN_PROGRESS"))
        self._call(step, lambda: self.ports.stacks.execute(made.id))
        state = self.watcher.wait(name, before, len(made.changes))
        if self.stage.protected and state is not None:
            protection.protect(self.ports.stacks, state)
        return self._result(step, state, parameters)

    def _is_forced(self, step: Step) -> bool:
        """True if an equal digest does not mean that there is nothing to do."""
        if self.plan.options.revert_drift:
            return step.action is not Action.UNCHANGED
        return self.plan.options.force and step.action is Action.UPDATE

    def _change_set(self, step: Step, parameters: Mapping[str, str], *, create: bool) -> ChangeSet:
        if step.change_set and step.parameters == parameters:
            return ChangeSet(step.change_set, step.stack.name, "CREATE_COMPLETE", changes=step.changes)
        if step.change_set:
            self.ports.stacks.delete_change_set(step.change_set)
        revert = self.plan.options.revert_drift
        return create_change_set(
            self.plan.project, step.stack, parameters, self.ports, create=create, revert_drift=revert
        )

    def _require_allowed(self, step: Step, made: ChangeSet) -> None:
        """Reports concerns about changes that the plan did not know yet; on a protected stage they must be allowed."""
        if made.id == step.change_set:
            return
        fresh = replace(step, action=Action.UPDATE, changes=made.changes, first=())
        late = [concern for concern in self._concerns(step, made) if concern not in step.concerns]
        try:
            if step.action is not Action.CREATE:
                require_none(step_refusals(fresh, self.ports))
            protection.require_allowed(self.stage, late, self.plan.options.allow)
        except BaseException:
            self.ports.stacks.delete_change_set(made.id)
            raise
        for concern in late:
            text = f"{step.stack.name}: {concern.kind.lower()}: {concern.logical_id}: {concern.text}"
            self.emit(Note(text, "warning"))

    def _concerns(self, step: Step, made: ChangeSet) -> tuple[Concern, ...]:
        """Comparing templates costs a call, so access is reviewed on protected stages only."""
        if step.action is Action.CREATE or self._imported.get(step.stack.key):
            return review(made.changes, {}, step.stack.template)
        return reviewed(step.stack, made, self.ports, access=self.stage.protected)[1]

    def _call(self, step: Step, call: Callable[[], _T]) -> _T:
        """The result of a call; `ConcurrentChange` if CloudFormation refuses it because the stack has changed."""
        try:
            return call()
        except DeployError as error:
            states = {state.name: state for state in self.ports.stacks.describe()}
            now = states.get(step.stack.name)
            if fingerprint(now) == fingerprint(step.before):
                raise
            raise ConcurrentChange(now) from error

    def _result(self, step: Step, state: StackState | None, parameters: Mapping[str, str]) -> Result:
        status = state.status if state else "DELETE_COMPLETE"
        if status in SUCCEEDED and state is not None:
            if not is_current(step.stack, parameters, state):
                raise ConcurrentChange(state)  # another update has followed ours before it was seen to end
            return Result(step.stack.name, step.stack.key, status, outputs=state.outputs)
        why = explain_failure(self.ports, state.id if state else step.stack.name, step.stack, parameters)
        reason = why.reason or (state.reason if state else "")
        hint = ""
        if state is not None and status in {ROLLBACK_FAILED, DELETE_FAILED}:
            hint = recovery_hint(self.ports.stacks, state, f"{step.stack.system} --stage {self.stage.name}")
        return Result(step.stack.name, step.stack.key, status, reason, why.cause, log=why.log, hint=hint)
