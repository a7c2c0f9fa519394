"""CloudFormation's drift detection in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pkgops.errors import DeployError
from pkgops.ports.drift import Detection, PropertyDrift, ResourceDrift
from pkgops.ports.stacks import ResourceChange

_COMPARED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"}


class FakeDrift:
    """`pkgops.ports.drift.Drift` over `FakeStacks`; drift is what was put into ``stacks.drifts``:
    logical id -> property path -> (expected, actual), or None for a resource that is gone.

    ``rounds`` is how many times a detection is asked for before it ends; ``asked`` names each question."""

    def __init__(self, stacks: Any, rounds: int = 1) -> None:
        self.rounds = rounds
        self.asked: list[str] = []
        self.failing: dict[str, str] = {}
        self._stacks = stacks
        self._running: dict[str, tuple[str, int]] = {}

    def begin(self, stack: str) -> str:
        self.asked.append(f"begin {stack}")
        state = next((state for state in self._stacks.describe() if state.name == stack), None)
        if state is None:
            raise DeployError(f"Stack [{stack}] does not exist")
        if state.status not in _COMPARED:
            raise DeployError(f"Stack [{stack}] is in {state.status} state")
        identifier = f"detection-{len(self._running)}"
        self._running[identifier] = (stack, self.rounds)
        return identifier

    def detection(self, detection_id: str) -> Detection:
        stack, rounds = self._running[detection_id]
        self.asked.append(f"detection {stack}")
        if rounds:
            self._running[detection_id] = (stack, rounds - 1)
            return Detection(ended=False, status="NOT_CHECKED")
        if stack in self.failing:
            return Detection(True, "UNKNOWN", self.failing[stack])
        drifted = any(row.status in {"MODIFIED", "DELETED"} for row in self.resources(stack))
        return Detection(True, "DRIFTED" if drifted else "IN_SYNC")

    def resources(self, stack: str) -> list[ResourceDrift]:
        return [self._resource(row) for row in self._stacks.resources(stack)]

    def _resource(self, row: Any) -> ResourceDrift:
        drift: Mapping[str, tuple[str | None, str | None]] | None = self._stacks.drifts.get(row.logical_id, {})
        status = "DELETED" if drift is None else "MODIFIED" if drift else "IN_SYNC"
        differences = tuple(PropertyDrift(path, *pair) for path, pair in (drift or {}).items())
        return ResourceDrift(row.logical_id, row.physical_id, row.type, status, differences)


def with_drifts(
    changes: tuple[ResourceChange, ...], template: dict[str, Any], drifts: dict[str, Any], replacing: set[str]
) -> tuple[ResourceChange, ...]:
    """What a change set that reverts drift says."""
    rows = {change.logical_id: replace(change, drift="IN_SYNC") for change in changes}
    for name, drift in drifts.items():
        if name in template["Resources"]:
            kind = template["Resources"][name]["Type"]
            action, status = ("Add", "DELETED") if drift is None else ("Modify", "MODIFIED")
            paths = tuple(path.strip("/") for path in drift or ())
            rows[name] = ResourceChange(name, kind, action, str(name in replacing), properties=paths, drift=status)
    return tuple(rows[name] for name in sorted(rows))
