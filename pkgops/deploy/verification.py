"""Does AWS behave as we expect where only its documentation was read? A throw-away stack that finds out.

It has a queue and a log group, and goes through what no emulator can vouch for: express mode, a failure in it, a change
set that reverts drift, an import. Each step says what was expected and what was found; the stack is deleted at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.deploy.watcher import Watcher
from pkgops.errors import PkgopsError
from pkgops.events import Emit, Note, silent
from pkgops.plan.change_set import create_change_set, create_import
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ChangeSet, StackState

NOT_TRIED = (
    "Live Tail, which needs a function that logs",
    "an alias that CodeDeploy moves, which needs a function and ten minutes",
    "the generated policy through an assumed role, which needs an administrator to make the role",
)
_GROUP, _QUEUE = "AWS::Logs::LogGroup", "AWS::SQS::Queue"
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
        ]
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
        return self._executed(self._made(self.express, self._template(), create=True))

    def repeat(self) -> str:
        return self._emptiness(self._made(self.project, self._template()))

    def revert(self) -> str:
        return self._emptiness(self._made(self.project, self._template(), revert_drift=True))

    def fail(self) -> str:
        counted = [{"MetricName": "Any", "MetricNamespace": "Any", "MetricValue": "1"}]
        properties = {"LogGroupName": _ABSENT, "FilterPattern": "", "MetricTransformations": counted}
        broken = {"Type": "AWS::Logs::MetricFilter", "Properties": properties}
        return self._executed(self._made(self.express, self._template(Broken=broken)))

    def failures(self) -> str:
        failed = [event for event in self.ports.stacks.failures(self.name) if event.logical_id != self.name]
        causes = [event.logical_id for event in failed if "cancelled" not in event.reason]
        return causes[0] if causes else "none"

    def let_go(self) -> str:
        template = self._template()
        del template["Resources"]["Group"]
        return self._executed(self._made(self.project, template))

    def take_back(self) -> str:
        template = json.loads(self.ports.stacks.template(self.name))
        template["Resources"]["Group"] = self._template()["Resources"]["Group"]
        group = {"Group": (_GROUP, {"LogGroupName": f"/pkgops/{self.name}"})}
        return self._executed(create_import(self.name, self._state(), template, group, self.ports))

    def own(self) -> str:
        template = self._template()
        template["Resources"]["Group"] |= {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
        template["Resources"]["Group"]["Properties"]["RetentionInDays"] = 3
        return self._executed(self._made(self.project, template))

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

    def _template(self, **more: dict[str, Any]) -> dict[str, Any]:
        kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
        named = {"LogGroupName": f"/pkgops/{self.name}", "RetentionInDays": 1}
        group = {"Type": _GROUP, "Properties": named, **kept}
        return {"Resources": {"Queue": {"Type": _QUEUE}, "Group": group, **more}, "Outputs": {}}

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
