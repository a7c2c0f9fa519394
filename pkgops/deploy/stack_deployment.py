"""How does one stack get from the state it is found in to the one the plan wants?

Others may be at work on it. What runs is watched to its end and then compared again; an operation that begins between
the plan and its execution is noticed when CloudFormation refuses ours, and treated the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from pkgops.deploy.import_resources import import_resources
from pkgops.deploy.report import SUCCEEDED, Result
from pkgops.deploy.root_cause import explain_failure
from pkgops.deploy.watcher import Watcher
from pkgops.errors import DeployError
from pkgops.events import Emit, Note, StackChanged
from pkgops.plan import protection
from pkgops.plan.change_set import create_change_set
from pkgops.plan.changes import update_concerns
from pkgops.plan.plan import Plan
from pkgops.plan.recovery_hint import DELETE_FAILED, ROLLBACK_FAILED, recovery_hint
from pkgops.plan.review import Concern, review
from pkgops.plan.step import READY, Action, Step, decide, fingerprint, is_current, require_deployable
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ChangeSet, StackState

ROUNDS = 10  # operations of others that one deployment waits for on one stack
_Answer = TypeVar("_Answer")


class Overtaken(Exception):  # noqa: N818 - not an error: there is an answer to it
    """Somebody else has begun or done something with the stack since it was looked at; ``state`` is what is there."""

    def __init__(self, state: StackState | None) -> None:
        super().__init__("overtaken")
        self.state = state


class StackDeployment:
    """What the stacks of one deployment share. Safe to use from several threads."""

    def __init__(self, plan: Plan, ports: Ports, emit: Emit, watcher: Watcher) -> None:
        self.plan = plan
        self.ports = ports
        self.emit = emit
        self.watcher = watcher
        self.stage = plan.project.stage
        self._imported: dict[str, bool] = {}  # stack key -> the import has made it

    def run(self, step: Step, parameters: Mapping[str, str]) -> Result:
        """Clears the way, makes a change set if the plan has none that still holds, and carries it out.

        DeployError if CloudFormation refuses it, or nobody can get the stack to move; RefusedError if it would do on
        a protected stage what nobody has accepted."""
        for _ in range(ROUNDS):
            try:
                step = self._adopted(self._cleared(step, parameters))
                return self._carried_out(step, parameters)
            except Overtaken as overtaken:
                self.emit(Note(f"{step.stack.name} has been changed by somebody else meanwhile; comparing again."))
                step = self._again(step, overtaken.state, parameters)
        raise DeployError(f"Others keep changing {step.stack.name}.", "Deploy again when they are done.")

    def _again(self, step: Step, state: StackState | None, parameters: Mapping[str, str]) -> Step:
        """What is to be done now; the concerns that were shown stay known."""
        fresh = decide(step.stack, state, parameters, self.plan.options)
        return replace(require_deployable(fresh, self.plan.project, self.ports), concerns=step.concerns)

    def _cleared(self, step: Step, parameters: Mapping[str, str]) -> Step:
        """The step once nothing is in the way of a change set: to create, to update, or nothing to do."""
        for _ in range(ROUNDS):
            if step.action is Action.ATTACH:
                step = self._again(step, self._attached(step), parameters)
            elif step.action is Action.RESUME:
                step = replace(step, action=Action.UPDATE, before=self._resumed(step))
            elif step.action is Action.RECREATE:
                self._removed(step)
                step = replace(step, action=Action.CREATE, before=None)
            else:
                return step
        raise DeployError(f"Others keep changing {step.stack.name}.", "Deploy again when they are done.")

    def _attached(self, step: Step) -> StackState | None:
        status = step.before.status if step.before else ""
        self.emit(Note(f"{step.stack.name} is {status}: watching that first, then comparing again."))
        return self.watcher.wait(step.stack.name, timeout=self.plan.options.wait)

    def _resumed(self, step: Step) -> StackState:
        mark = self.watcher.mark(step.before) if step.before else ""
        self._asked(step, lambda: self.ports.stacks.resume_rollback(step.stack.name, self.plan.options.skip))
        state = self.watcher.wait(step.stack.name, step.before, mark=mark)
        if state is None or state.status not in READY:
            target = f"{step.stack.system} --stage {self.stage.name}"
            hint = recovery_hint(self.ports.stacks, state, target) if state else ""
            raise DeployError(f"The rollback of {step.stack.name} has failed again.", hint)
        return state

    def _removed(self, step: Step) -> None:
        """Deletes what is to be made anew; by its id, so that one somebody has made meanwhile is safe."""
        before = step.before
        if before is None:
            return
        mark = self.watcher.mark(before) if before.status == DELETE_FAILED else ""
        if before.termination_protection and self.stage.protected:
            self.ports.stacks.set_termination_protection(
                before.name, False
            )  # ours; on other stages somebody else's, and it holds
        self._asked(step, lambda: self.ports.stacks.delete(before.id, step.retain))
        if (state := self.watcher.wait(step.stack.name, before, mark=mark)) is not None:
            target = f"{step.stack.system} --stage {self.stage.name}"
            raise DeployError(
                f"What is left of {step.stack.name} cannot be removed: {state.status}.",
                recovery_hint(self.ports.stacks, state, target),
            )

    def _adopted(self, step: Step) -> Step:
        """The step once the stack holds what is to be imported into it, which is done once."""
        if step.stack.key in self._imported:
            return step
        before = step.before if step.action is not Action.CREATE else None
        step, state = import_resources(step, before, self.plan, self.ports, self.watcher, self.emit)
        if state is before:
            return step
        self._imported[step.stack.key] = before is None
        return replace(step, action=Action.UPDATE, before=state)

    def _carried_out(self, step: Step, parameters: Mapping[str, str]) -> Result:
        name, key = step.stack.name, step.stack.key
        before = step.before if step.action is not Action.CREATE else None
        idle = Result(name, key, "UNCHANGED", outputs=before.outputs if before else {})
        if not self._forced(step) and is_current(step.stack, parameters, before):
            return idle
        made = self._asked(step, lambda: self._change_set(step, parameters, create=before is None))
        if made.empty:
            self.ports.stacks.delete_change_set(made.id)
            return idle
        self._agreed(step, made)
        if self.stage.protected and before is not None:
            protection.allow_changes(self.ports.stacks, name, self.plan.options.allow)
        self.emit(StackChanged(name, "CREATE_IN_PROGRESS" if before is None else "UPDATE_IN_PROGRESS"))
        self._asked(step, lambda: self.ports.stacks.execute(made.id))
        state = self.watcher.wait(name, before, len(made.changes))
        if self.stage.protected and state is not None:
            protection.protect(self.ports.stacks, state)
        return self._ended(step, state, parameters)

    def _forced(self, step: Step) -> bool:
        """The digest alone does not say that there is nothing to do."""
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

    def _agreed(self, step: Step, made: ChangeSet) -> None:
        """What the plan could not show, because the changes were not known yet, is told now, and refused on a
        protected stage unless it is accepted."""
        if made.id == step.change_set:
            return
        late = [concern for concern in self._concerns(step, made) if concern not in step.concerns]
        try:
            protection.require_allowed(self.stage, late, self.plan.options.allow)
        except BaseException:
            self.ports.stacks.delete_change_set(made.id)
            raise
        for concern in late:
            text = f"{step.stack.name}: {concern.kind.lower()}: {concern.logical_id}: {concern.text}"
            self.emit(Note(text, "warning"))

    def _concerns(self, step: Step, made: ChangeSet) -> tuple[Concern, ...]:
        """Comparing templates costs a call, which only a protected stage is worth; what is lost stands in the change
        set itself."""
        if step.action is Action.CREATE or self._imported.get(step.stack.key):
            return review(made.changes, {}, step.stack.template)
        return update_concerns(step.stack, made, self.ports) if self.stage.protected else review(made.changes, {}, {})

    def _asked(self, step: Step, call: Callable[[], _Answer]) -> _Answer:
        """The answer to a call that CloudFormation refuses while somebody else is at work."""
        try:
            return call()
        except DeployError as error:
            states = {state.name: state for state in self.ports.stacks.describe()}
            now = states.get(step.stack.name)
            if fingerprint(now) == fingerprint(step.before):
                raise
            raise Overtaken(now) from error

    def _ended(self, step: Step, state: StackState | None, parameters: Mapping[str, str]) -> Result:
        status = state.status if state else "DELETE_COMPLETE"
        if status in SUCCEEDED and state is not None:
            if not is_current(step.stack, parameters, state):
                raise Overtaken(state)  # another update has followed ours before it was seen to end
            return Result(step.stack.name, step.stack.key, status, outputs=state.outputs)
        why = explain_failure(self.ports, state.id if state else step.stack.name, step.stack, parameters)
        reason = why.reason or (state.reason if state else "")
        hint = ""
        if state is not None and status in {ROLLBACK_FAILED, DELETE_FAILED}:
            hint = recovery_hint(self.ports.stacks, state, f"{step.stack.system} --stage {self.stage.name}")
        return Result(step.stack.name, step.stack.key, status, reason, why.cause, log=why.log, hint=hint)
