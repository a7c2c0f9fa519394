"""Does AWS behave as we expect where only its documentation was read? A throw-away stack that finds out.

It has a queue, a log group and a function, and goes through what no emulator can vouch for: express mode, a failure in
it, a change set that reverts drift, an import, an alias that CodeDeploy moves, Live Tail. Each step says what was
expected and what was found; the stack is deleted at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.deploy import trial_stack
from pkgops.deploy.watcher import Watcher
from pkgops.errors import PkgopsError
from pkgops.events import Emit, Note, silent
from pkgops.plan.change_set import create_change_set, create_import
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ChangeSet, StackState

NOT_TRIED = (
    "an alias that CodeDeploy moves step by step, which needs ten minutes",
    "the generated policy through an assumed role, which needs an administrator to make the role",
)
_NO_LIVE_TAIL = "Live Tail, which stage local does not have"
_LISTENING, _PATIENCE = 3, 60  # seconds without an event before the function is called, and at most
_ABSENT = "/pkgops/verify/is-not-there"  # a filter of it is well-formed, and fails when it is made


@dataclass(frozen=True, slots=True)
class Observation:
    """One step: what it tries, what was expected, what was found."""

    step: str
    expected: str
    found: str

    @property
    def ok(self) -> bool:
        """Whether it is as expected."""
        return self.expected == self.found


def stack_name(project: Project) -> str:
    """The throw-away stack's name on a stage."""
    return f"PkgopsVerify-{project.stage.name}"


def not_tried(project: Project) -> tuple[str, ...]:
    """What `verify` does not try on a stage, each with why."""
    return (*NOT_TRIED, _NO_LIVE_TAIL) if project.stage.local else NOT_TRIED


def verify(project: Project, ports: Ports, emit: Emit = silent) -> list[Observation]:
    """Creates, changes and deletes the stack. The steps after one that ends in an error are not tried; the stack is
    deleted in any case, and a log group it has let go by its name. Errors of access are raised."""
    with Watcher(ports.stacks, emit, fast=ports.endpoint is not None) as watcher:
        trial = _Trial(project, ports, watcher)
        steps: list[tuple[str, str, Callable[[], str]]] = [
            ("a first creation in express mode", "CREATE_COMPLETE", trial.create),
            ("a change set without a change", "empty", trial.repeat),
            ("a change set that reverts drift where there is none", "empty", trial.revert),
            ("an update that fails in express mode", "UPDATE_ROLLBACK_COMPLETE", trial.fail),
            ("the failure among the events that DescribeEvents filters", "Broken", trial.failures),
            ("an update that lets a log group go", "UPDATE_COMPLETE", trial.let_go),
            ("the import of that log group", "IMPORT_COMPLETE", trial.take_back),
            ("an update that makes it the stack's own again", "UPDATE_COMPLETE", trial.own),
            ("an update that adds a function with an alias", "UPDATE_COMPLETE", trial.add_function),
            ("an update whose alias CodeDeploy moves", "UPDATE_COMPLETE", trial.move_alias),
            ("the answer of the version behind the alias", "2", trial.behind_alias),
        ]
        if not project.stage.local:
            steps.append(("what the function prints, in Live Tail", "shown", trial.follow))
        observed: list[Observation] = []
        with trial.removed(observed):
            for step, expected, call in steps:
                emit(Note(f"Trying {step}."))
                try:
                    observed.append(Observation(step, expected, call()))
                except PkgopsError as error:
                    observed.append(Observation(step, expected, f"{error.message} {error.hint}".strip()))
                    break
        return observed


class _Trial:
    def __init__(self, project: Project, ports: Ports, watcher: Watcher) -> None:
        self.name = stack_name(project)
        self.project, self.ports, self.watcher = project, ports, watcher
        self.express = replace(project, stage=replace(project.stage, express=True))

    def create(self) -> str:
        return self._executed(self._made(self.express, trial_stack.template(self.name), create=True))

    def repeat(self) -> str:
        return self._emptiness(self._made(self.project, trial_stack.template(self.name)))

    def revert(self) -> str:
        return self._emptiness(self._made(self.project, trial_stack.template(self.name), revert_drift=True))

    def fail(self) -> str:
        counted = [{"MetricName": "Any", "MetricNamespace": "Any", "MetricValue": "1"}]
        properties = {"LogGroupName": _ABSENT, "FilterPattern": "", "MetricTransformations": counted}
        broken = {"Type": "AWS::Logs::MetricFilter", "Properties": properties}
        return self._executed(self._made(self.express, trial_stack.template(self.name, Broken=broken)))

    def failures(self) -> str:
        failed = [event for event in self.ports.stacks.failures(self.name) if event.logical_id != self.name]
        causes = [event.logical_id for event in failed if "cancelled" not in event.reason]
        return causes[0] if causes else "none"

    def let_go(self) -> str:
        template = trial_stack.template(self.name)
        del template["Resources"]["Group"]
        return self._executed(self._made(self.project, template))

    def take_back(self) -> str:
        template = json.loads(self.ports.stacks.template(self.name))
        template["Resources"]["Group"] = trial_stack.template(self.name)["Resources"]["Group"]
        group = {"Group": (trial_stack.GROUP, {"LogGroupName": f"/pkgops/{self.name}"})}
        return self._executed(create_import(self.name, self._state(), template, group, self.ports))

    def own(self) -> str:
        return self._executed(self._made(self.project, self._owned()))

    def add_function(self) -> str:
        return self._executed(self._made(self.project, self._owned(trial_stack.function(self.name, 1))))

    def move_alias(self) -> str:
        return self._executed(self._made(self.project, self._owned(trial_stack.function(self.name, 2))))

    def behind_alias(self) -> str:
        return self.ports.functions.invoke(self.name, b"{}", trial_stack.ALIAS).payload.decode()

    def follow(self) -> str:
        """Whether Live Tail shows what the function prints, within a minute."""
        try:
            for number, event in enumerate(self.ports.logs.live([trial_stack.group_name(self.name)])):
                if event is not None and trial_stack.PRINTED in event.message:
                    return "shown"
                if number == _LISTENING:
                    self.behind_alias()
                if number > _PATIENCE:
                    break
        except NotImplementedError as error:
            return str(error)
        return "not shown"

    @contextmanager
    def removed(self, observed: list[Observation]) -> Iterator[None]:
        """Deletes the stack afterwards, whatever has happened."""
        try:
            yield
        finally:
            state = self._state()
            if state is not None:
                self.ports.stacks.delete(state.id)
                left = self.watcher.wait(self.name, state)
                observed.append(Observation("its deletion", "gone", left.status if left else "gone"))

    def _owned(self, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
        template = trial_stack.template(self.name, **(more or {}))
        template["Resources"]["Group"] |= {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
        template["Resources"]["Group"]["Properties"]["RetentionInDays"] = 3
        return template

    def _made(
        self, project: Project, template: dict[str, Any], *, create: bool = False, revert_drift: bool = False
    ) -> ChangeSet:
        tags = {"ManagedBy": "pkgops", "Environment": project.stage.name}
        stack = SynthesizedStack("pkgops", "verify", self.name, template, {}, tags)
        return create_change_set(project, stack, {}, self.ports, create=create, revert_drift=revert_drift)

    def _emptiness(self, made: ChangeSet) -> str:
        self.ports.stacks.delete_change_set(made.id)
        return "empty" if made.empty else ", ".join(sorted(row.logical_id for row in made.changes)) or made.status

    def _executed(self, made: ChangeSet) -> str:
        before = self._state()
        self.ports.stacks.execute(made.id)
        state = self.watcher.wait(self.name, before, len(made.changes))
        return state.status if state else "gone"

    def _state(self) -> StackState | None:
        return next((state for state in self.ports.stacks.describe() if state.name == self.name), None)
