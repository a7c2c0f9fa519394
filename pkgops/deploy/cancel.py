"""The cancellation of running updates.

CloudFormation rolls an update back if it is cancelled before the last resource is done. A first creation cannot be
cancelled: it is deleted once it has ended.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from pkgops.config import Project
from pkgops.deploy.interruption import detach_on_interrupt, detacher
from pkgops.deploy.report import Report, Result
from pkgops.deploy.root_cause import explain_failure
from pkgops.deploy.scheduler import interruptible
from pkgops.deploy.watcher import Stopped, Watcher
from pkgops.errors import DeployError
from pkgops.events import Emit, Note, StackChanged, silent
from pkgops.plan.recovery_hint import ROLLBACK_FAILED, recovery_hint
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackState

RUNNING = "UPDATE_IN_PROGRESS"
ROLLED_BACK = "UPDATE_ROLLBACK_COMPLETE"


def cancellable(names: Collection[str], ports: Ports, emit: Emit = silent) -> list[StackState]:
    """The stacks of those names whose updates can be cancelled; warns about other running operations."""
    found = [state for state in ports.stacks.describe() if state.name in names and state.in_progress]
    for state in found:
        if state.status != RUNNING:
            emit(Note(f"{state.name} is {state.status}: only an update can be cancelled.", "warning"))
    return [state for state in found if state.status == RUNNING]


def cancel(project: Project, states: Sequence[StackState], ports: Ports, emit: Emit = silent) -> Report:
    """Cancels the running updates and watches the rollbacks to their end. A result is UPDATE_ROLLBACK_COMPLETE, or the
    status in which the update ended otherwise."""
    target = f"{project.system.key} --stage {project.stage.name}"
    with Watcher(ports.stacks, emit, fast=ports.endpoint is not None) as watcher:

        def work(state: StackState) -> Result:
            try:
                ports.stacks.cancel_update(state.name)
            except DeployError as error:  # it has ended meanwhile, or is already rolling back
                now = next((one for one in ports.stacks.describe() if one.id == state.id), None)
                if now is not None and now.status == RUNNING:
                    return Result(state.name, state.name, "REFUSED", error.message)
            else:
                emit(StackChanged(state.name, "UPDATE_ROLLBACK_IN_PROGRESS"))
            try:
                return _result(state, watcher.wait(state.name), ports, target)
            except Stopped:
                return Result(state.name, state.name, "SKIPPED", "interrupted")

        with (
            detach_on_interrupt(watcher, project, "cancel"),
            ThreadPoolExecutor(max(1, len(states))) as pool,
            interruptible(pool, detacher(watcher, emit)),
        ):
            return Report(tuple(pool.map(work, states)))


def _result(before: StackState, state: StackState | None, ports: Ports, target: str) -> Result:
    name = before.name
    if state is None or state.status == ROLLED_BACK:
        return Result(name, name, state.status if state else "DELETE_COMPLETE")
    if state.status == ROLLBACK_FAILED:
        why = explain_failure(ports, state.id)
        hint = recovery_hint(ports.stacks, state, target)
        return Result(name, name, state.status, why.reason or state.reason, why.cause, log=why.log, hint=hint)
    return Result(name, name, state.status, "The update ended before it could be cancelled.")


def require_cancelled(report: Report) -> None:
    """DeployError if an update was not rolled back."""
    failed = [result for result in report.results if result.status != ROLLED_BACK]
    if failed:
        raise DeployError("\n".join(result.summary for result in failed), "See pkgops status.")
