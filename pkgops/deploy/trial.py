"""What `pkgops verify` does to its throw-away stack, a method a step; each returns what was found."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pkgops.config import Project
from pkgops.deploy import trial_stack
from pkgops.deploy.watcher import Watcher
from pkgops.errors import PkgopsError
from pkgops.plan.change_set import create_change_set, create_import
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import ChangeSet, StackState

SHOWN, BOTH, NOTHING, GONE = "shown", "both, in turns", "none", "gone"
_LISTENING, _PATIENCE = 3, 60  # seconds without an event before the function is called, and at most
_ABSENT = "/pkgops/verify/is-not-there"  # a filter of it is well-formed, and fails when it is made
_CALLS = 10  # of the alias, between two looks at the stack


class Trial:
    """The throw-away stack, as whoever the ports belong to deploys it."""

    def __init__(self, project: Project, ports: Ports, watcher: Watcher) -> None:
        self.name = trial_stack.stack_name(project)
        self._project, self._ports, self._watcher = project, ports, watcher
        self._express = replace(project, stage=replace(project.stage, express=True))
        self._pause = 0.02 if ports.endpoint else 2.0  # seconds between two questions
        self.failing = False  # while it is meant to
        self._keeps_group = False
        self._answers: list[str] = []

    def create(self) -> str:
        self._keeps_group = True
        made = self._made(self._express, trial_stack.template(self.name), create=True)
        return self._executed(made, "CREATE_COMPLETE")

    def create_all(self) -> str:
        functions = trial_stack.function(self.name, 1, trial_stack.AT_ONCE)
        made = self._made(self._project, trial_stack.owned(self.name, **functions), create=True)
        return self._executed(made, "CREATE_COMPLETE")

    def repeat(self) -> str:
        return self._emptiness(self._made(self._project, trial_stack.template(self.name)))

    def revert_nothing(self) -> str:
        return self._emptiness(self._made(self._project, trial_stack.template(self.name), revert_drift=True))

    def fail(self) -> str:
        counted = [{"MetricName": "Any", "MetricNamespace": "Any", "MetricValue": "1"}]
        properties = {"LogGroupName": _ABSENT, "FilterPattern": "", "MetricTransformations": counted}
        broken = {"Type": "AWS::Logs::MetricFilter", "Properties": properties}
        made = self._made(self._express, trial_stack.template(self.name, Broken=broken))
        self.failing = True
        try:
            return self._executed(made, "UPDATE_ROLLBACK_COMPLETE")
        finally:
            self.failing = False

    def failures(self) -> str:
        return self._causes()[0][0] if self._causes() else NOTHING

    def let_go(self) -> str:
        template = trial_stack.template(self.name)
        del template["Resources"]["Group"]
        return self._executed(self._made(self._project, template))

    def take_back(self) -> str:
        template = json.loads(self._ports.stacks.template(self.name))
        template["Resources"]["Group"] = trial_stack.template(self.name)["Resources"]["Group"]
        group = {"Group": (trial_stack.GROUP, {"LogGroupName": trial_stack.group_name(self.name)})}
        made = create_import(self.name, self._state(), template, group, self._ports)
        return self._executed(made, "IMPORT_COMPLETE")

    def own(self) -> str:
        found = self._executed(self._made(self._project, trial_stack.owned(self.name)))
        self._keeps_group = found != "UPDATE_COMPLETE"
        return found

    def add_function(self) -> str:
        return self._executed(self._made(self._project, self._with_function(1)))

    def change_by_hand(self) -> str:
        """The drift of a role whose trust is another one than was deployed."""
        there = {row.logical_id: row.physical_id for row in self._ports.stacks.resources(self.name)}
        if trial_stack.CHANGED not in there:
            return "the role is not there"
        self._ports.identity.put_role(there[trial_stack.CHANGED], [], trial_stack.SYSTEM.tags(self._project.stage))
        return self.drift()

    def revert(self) -> str:
        return self._executed(self._made(self._project, self._with_function(1), revert_drift=True))

    def drift(self) -> str:
        """What has drifted, with its properties, and what CloudFormation could not compare."""
        identifier = self._ports.drift.begin(self.name)
        while not self._ports.drift.detection(identifier).ended:
            time.sleep(self._pause)
        found = []
        for row in self._ports.drift.resources(self.name):
            names = sorted({one.path.strip("/").partition("/")[0] for one in row.differences})
            if row.status in {"MODIFIED", "DELETED", "UNKNOWN"}:
                found.append(f"{row.logical_id}: {', '.join(names) or row.reason or row.status}")
        return "; ".join(sorted(found)) or NOTHING

    def move_alias(self) -> str:
        before = self._state()
        made = self._made(self._project, self._with_function(2))
        self._ports.stacks.execute(made.id)
        if not self._project.stage.local:
            self._call_meanwhile(before)
        return self._ended(made, before, "UPDATE_COMPLETE")

    def move_alias_at_once(self) -> str:
        return self._executed(self._made(self._project, self._with_function(2, trial_stack.AT_ONCE)))

    def answered(self) -> str:
        """Which versions answered while the alias was moved."""
        return BOTH if self._in_turns() else ", then ".join(dict.fromkeys(self._answers))

    def behind_alias(self) -> str:
        return self._ports.functions.invoke(self.name, b"{}", trial_stack.ALIAS).payload.decode()

    def follow(self) -> str:
        """Whether Live Tail shows what the function prints, within a minute."""
        try:
            for number, event in enumerate(self._ports.logs.live([trial_stack.group_name(self.name)])):
                if event is not None and trial_stack.PRINTED in event.message:
                    return SHOWN
                if number == _LISTENING:
                    self.behind_alias()
                if number > _PATIENCE:
                    break
        except NotImplementedError as error:
            return str(error)
        return "not shown"

    def remove(self) -> str:
        """Deletes the stack, whatever has happened; "" if there is none."""
        try:
            state = self._state()
            if state is not None and state.in_progress:  # interrupted: CloudFormation deletes none that is updated
                state = self._watcher.wait(self.name)
            if state is None:
                return ""
            self._ports.stacks.delete(state.id)
            left = self._watcher.wait(self.name, state)
        except PkgopsError as error:
            return f"{error.message} {error.hint}".strip()
        if left is not None:
            return left.status + self._reason()
        kept = trial_stack.group_name(self.name)
        if not self._keeps_group:
            return GONE
        delete = f"aws logs delete-log-group --log-group-name {kept} --region {self._project.stage.region}"
        return f"gone but for the log group {kept}, which the stack did not own yet: {delete}"

    def _with_function(self, answer: int, steps: str = trial_stack.IN_STEPS) -> dict[str, Any]:
        return trial_stack.owned(self.name, **trial_stack.function(self.name, answer, steps))

    def _made(
        self, project: Project, template: dict[str, Any], *, create: bool = False, revert_drift: bool = False
    ) -> ChangeSet:
        stack = trial_stack.stack_of(project, template)
        return create_change_set(project, stack, {}, self._ports, create=create, revert_drift=revert_drift)

    def _emptiness(self, made: ChangeSet) -> str:
        self._ports.stacks.delete_change_set(made.id)
        return "empty" if made.empty else ", ".join(sorted(row.logical_id for row in made.changes)) or made.status

    def _executed(self, made: ChangeSet, wanted: str = "UPDATE_COMPLETE") -> str:
        before = self._state()
        self._ports.stacks.execute(made.id)
        return self._ended(made, before, wanted)

    def _ended(self, made: ChangeSet, before: StackState | None, wanted: str) -> str:
        """The state at the end, and why it is not the one that is wanted."""
        state = self._watcher.wait(self.name, before, len(made.changes))
        found = state.status if state else GONE
        return found if found == wanted or state is None else found + self._reason()

    def _reason(self) -> str:
        return "".join(f": {name}: {reason}" for name, reason in self._causes()[:1])

    def _causes(self) -> list[tuple[str, str]]:
        failed = [event for event in self._ports.stacks.failures(self.name) if event.logical_id != self.name]
        return [(event.logical_id, event.reason) for event in failed if "cancelled" not in event.reason]

    def _call_meanwhile(self, before: StackState | None) -> None:
        """Calls the alias until both versions have answered in turns, or the update has ended."""
        while not self._in_turns():
            self._answers += [self.behind_alias() for _ in range(_CALLS)]
            now = self._state()
            if now is None or not (now.in_progress or (before and now.updated == before.updated)):
                return
            time.sleep(self._pause)

    def _in_turns(self) -> bool:
        """Whether the old version has answered after the new one."""
        return "2" in self._answers and "1" in self._answers[self._answers.index("2") :]

    def _state(self) -> StackState | None:
        states: Mapping[str, StackState] = {state.name: state for state in self._ports.stacks.describe()}
        return states.get(self.name)
