"""CloudFormation in memory, with every state that a plan or a deployment handles."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pkgops.errors import DeployError
from pkgops.ports.stacks import ChangeSet, ChangeSetRequest, StackEvent, StackResource, StackState
from tests.pkgops.fakes.changes import changes, imported, resolved
from tests.pkgops.fakes.drift import with_drifts

ACCOUNT = "123456789012"
_FINAL = {kind: f"{kind}_COMPLETE" for kind in ("CREATE", "UPDATE", "DELETE", "IMPORT")}


@dataclass
class _Stack:
    state: StackState
    template: dict[str, Any]
    rounds: int = 0
    target: StackState | None = None
    events: list[StackEvent] = field(default_factory=list)
    gone: bool = False


class FakeStacks:
    """`pkgops.ports.stacks.Stacks`.

    ``broken`` maps logical ids to the reason they fail with; ``rounds`` is how many `describe` calls an operation
    stays in progress; ``calls`` counts what was asked; ``drifts``: see `tests.pkgops.fakes.drift.FakeDrift`, and taking
    back that of ``replacing`` replaces them; ``replaces`` are properties that replace a resource, besides names.
    """

    def __init__(self, rounds: int = 1) -> None:
        self.broken: dict[str, str] = {}
        self.rounds = rounds
        self.calls: list[str] = []
        self.drifts: dict[str, Any] = {}
        self.replacing, self.replaces = set[str](), set[str]()
        self.policies: dict[str, list[str]] = {}
        self.most_running = 0
        self._stacks: dict[str, _Stack] = {}
        self._sets: dict[str, tuple[ChangeSetRequest, dict[str, Any], ChangeSet]] = {}
        self._bodies: dict[str, str] = {}
        self._clock = itertools.count(1)
        self._lock = threading.RLock()

    def deployed(self, name: str, status: str, template: dict[str, Any] | None = None, **more: Any) -> None:
        """Puts a stack there as it is, without an operation."""
        state = StackState(name, self._arn(name), status, updated=self._now(), **more)
        self._stacks[name] = _Stack(state, template or {"Resources": {}})

    def serve(self, url: str, body: str) -> None:
        """Makes a template readable under a URL."""
        self._bodies[url] = body

    def describe(self) -> list[StackState]:
        with self._lock:
            self.calls.append("describe")
            self.most_running = max(self.most_running, sum(1 for s in self._stacks.values() if s.target))
            for stack in self._stacks.values():
                self._advance(stack)
            return [stack.state for stack in self._stacks.values() if not stack.gone]

    def template(self, stack: str) -> str:
        self.calls.append("template")
        found = self._stacks.get(stack)
        return json.dumps(found.template) if found and not found.gone and found.template else ""

    def change_set_templates(self, stack: str) -> list[str]:
        self.calls.append("change_set_templates")
        sets = [(request, template) for request, template, made in self._sets.values() if made.status != "FAILED"]
        return [json.dumps(template) for request, template in sets if request.stack == stack]

    def create_change_set(self, request: ChangeSetRequest) -> str:
        with self._lock:
            self.calls.append("create_change_set")
            there = self._stacks.get(request.stack)
            exists = there is not None and not there.gone and there.state.status != "REVIEW_IN_PROGRESS"
            if exists == request.create or (request.create and request.revert_drift):
                raise DeployError(f"CloudFormation refuses stack {request.stack}: wrong change set type")
            template = json.loads(request.body if request.body is not None else self._bodies[request.url or ""])
            if unknown := set(request.parameters) - set(template.get("Parameters", {})):
                raise DeployError(f"CloudFormation refuses stack {request.stack}: Parameters {sorted(unknown)}")
            if there is None or there.gone:
                self.deployed(request.stack, "REVIEW_IN_PROGRESS")
            old = there.template if exists and there else {}
            rows = changes(old, template, self.replaces)
            if request.revert_drift:
                rows = with_drifts(rows, template, self.drifts, self.replacing)
            had = there.state.parameters if exists and there else None
            same = not rows and (old, had) == (template, request.parameters)
            made = ChangeSet(
                f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:changeSet/{next(self._clock)}",
                request.stack,
                "FAILED" if same else "CREATE_COMPLETE",
                "The submitted information didn't contain changes." if same else "",
                () if same else rows,
            )
            if request.imports:
                made = replace(made, changes=imported(old, template, request))
            self._sets[made.id] = (request, template, made)
            return made.id

    def change_set(self, change_set_id: str) -> ChangeSet:
        self.calls.append("change_set")
        if change_set_id not in self._sets:
            raise DeployError(f"A change set is gone: {change_set_id}.", "Deploy again.")
        return self._sets[change_set_id][2]

    def execute(self, change_set_id: str) -> None:
        with self._lock:
            self.calls.append("execute")
            if change_set_id not in self._sets:
                raise DeployError(f"CloudFormation refuses {change_set_id}: it has been executed")
            request, template, made = self._sets.pop(change_set_id)
            self._sets = {key: row for key, row in self._sets.items() if row[0].stack != request.stack}
            for change in made.changes:
                self.drifts.pop(change.logical_id, None) if change.drift else None
            stack = self._stacks[request.stack]
            kind = "IMPORT" if request.imports else "CREATE" if request.create else "UPDATE"
            outputs = {
                name: str(resolved(output["Value"], request.parameters))
                for name, output in template.get("Outputs", {}).items()
            }
            done = replace(
                stack.state, status=_FINAL[kind], outputs=outputs, parameters=request.parameters, tags=request.tags
            )
            reason = next((self.broken[name] for name in template["Resources"] if name in self.broken), None)
            if reason is not None:
                bad = "ROLLBACK_COMPLETE" if request.create else "UPDATE_ROLLBACK_COMPLETE"
                done = replace(stack.state, status=bad)
            else:
                stack.template = template
            self._begin(stack, kind, done)
            for name, resource in template["Resources"].items():
                failed = name in self.broken
                status = f"{kind}_FAILED" if reason is not None else f"{kind}_COMPLETE"
                text = self.broken[name] if failed else "Resource creation cancelled" if reason else ""
                self._event(stack, name, resource["Type"], status, text)

    def delete_change_set(self, change_set_id: str) -> None:
        self.calls.append("delete_change_set")
        found = self._sets.pop(change_set_id, None)
        others = [row for row in self._sets.values() if found and row[0].stack == found[0].stack]
        if found and not others and self._stacks[found[0].stack].state.status == "REVIEW_IN_PROGRESS":
            del self._stacks[found[0].stack]

    def roll_back(self, stack: str) -> None:
        with self._lock:
            self.calls.append("roll_back")
            found = self._stacks[stack]
            self._begin(found, "UPDATE_ROLLBACK", replace(found.state, status="UPDATE_ROLLBACK_COMPLETE"))

    def resume_rollback(self, stack: str, skip: Sequence[str] = ()) -> None:
        with self._lock:
            self.calls.append("resume_rollback")
            found = self._stacks[stack]
            stuck = [name for name in self.broken if name in found.template["Resources"] and name not in skip]
            end = "UPDATE_ROLLBACK_FAILED" if stuck else "UPDATE_ROLLBACK_COMPLETE"
            self._begin(found, "UPDATE_ROLLBACK", replace(found.state, status=end))

    def cancel_update(self, stack: str) -> None:
        with self._lock:
            self.calls.append("cancel_update")
            found = self._stacks.get(stack)
            if found is None or found.state.status != "UPDATE_IN_PROGRESS":
                raise DeployError(f"CloudFormation refuses stack {stack}: nothing to cancel in that state")
            self._begin(found, "UPDATE_ROLLBACK", replace(found.state, status="UPDATE_ROLLBACK_COMPLETE"))

    def set_termination_protection(self, stack: str, on: bool) -> None:
        self.calls.append("set_termination_protection")
        found = self._stacks[stack]
        found.state = replace(found.state, termination_protection=on)

    def set_policy(self, stack: str, policy: str) -> None:
        self.calls.append("set_policy")
        self.policies.setdefault(stack, []).append(policy)

    def delete(self, stack: str, retain: Sequence[str] = ()) -> None:
        with self._lock:
            self.calls.append("delete")
            found = next((one for one in self._stacks.values() if stack in {one.state.name, one.state.id}), None)
            if found is None or found.gone:
                return
            updated = found.state.in_progress and found.state.status.startswith(("UPDATE", "IMPORT"))
            if updated or found.state.termination_protection:
                raise DeployError(f"CloudFormation refuses stack {stack}: TerminationProtection, or an update")
            names = found.template.get("Resources", {})
            broken = next((name for name in names if name in self.broken and name not in retain), None)
            if broken is None:
                self._begin(found, "DELETE", replace(found.state, status="DELETE_COMPLETE"))
            else:
                self._begin(found, "DELETE", replace(found.state, status="DELETE_FAILED"))
                kind = found.template["Resources"][broken]["Type"]
                self._event(found, broken, kind, "DELETE_FAILED", self.broken[broken])

    def events(self, stack: str, until: str = "", since: str = "", *, newest: bool = False) -> list[StackEvent]:
        self.calls.append("events")
        found = next((s for s in self._stacks.values() if stack in {s.state.name, s.state.id}), None)
        events = found.events if found else []
        if until:
            position = next((i for i, event in enumerate(events) if event.id == until), -1)
            events = events[position + 1 :]
        return [event for event in events if event.time >= since][-100 if newest else 0 :]

    def failures(self, stack: str) -> list[StackEvent]:
        return [event for event in self.events(stack) if event.status.endswith("FAILED")]

    def resources(self, stack: str) -> list[StackResource]:
        found = self._stacks.get(stack)
        template = found.template if found and not found.gone else {}
        return [
            StackResource(name, f"{stack}-{name}".lower(), resource["Type"], "CREATE_COMPLETE")
            for name, resource in template.get("Resources", {}).items()
        ]

    def _begin(self, stack: _Stack, kind: str, target: StackState) -> None:
        stack.events = []
        stack.rounds = self.rounds
        stack.state = replace(stack.state, status=f"{kind}_IN_PROGRESS", updated=self._now())
        stack.target = replace(target, updated=stack.state.updated)
        self._event(stack, stack.state.name, "AWS::CloudFormation::Stack", stack.state.status, "User Initiated")

    def _advance(self, stack: _Stack) -> None:
        if stack.target is None:
            return
        if stack.rounds > 0:
            stack.rounds -= 1
            return
        stack.state, stack.target = stack.target, None
        self._event(stack, stack.state.name, "AWS::CloudFormation::Stack", stack.state.status)
        if stack.state.status == "DELETE_COMPLETE":
            stack.gone = True

    def _event(self, stack: _Stack, name: str, kind: str, status: str, reason: str = "") -> None:
        physical = stack.state.id if kind == "AWS::CloudFormation::Stack" else name.lower()
        moment = self._now()
        stack.events.append(StackEvent(moment, stack.state.name, moment, name, physical, kind, status, reason))

    def _now(self) -> str:
        return f"2026-01-01T00:{next(self._clock):06d}"

    def _arn(self, name: str) -> str:
        return f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/{name}/{next(self._clock)}"
