"""A plan: everything a deployment will do, as frozen data. A dry run is the plan, shown."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from pkgops.build.package import Asset
from pkgops.config import Project
from pkgops.errors import PkgopsError
from pkgops.plan.conflicts import Conflict
from pkgops.plan.options import DEFAULT_OPTIONS, PlanOptions
from pkgops.plan.refusal import Refusal
from pkgops.plan.step import Action, Step
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackState


@dataclass(frozen=True, slots=True)
class Plan:
    """``steps`` are in the order of deployment, upstream stacks first. ``bootstrap`` creates the artifact bucket, None
    if the stage has one. ``states`` are the deployed stacks of the system by key. ``conflicts`` are resources that
    exist before the deployment, ``refusals`` changes that AWS would refuse."""

    project: Project
    steps: tuple[Step, ...]
    assets: tuple[Asset, ...]
    states: Mapping[str, StackState]
    bootstrap: Step | None = None
    options: PlanOptions = DEFAULT_OPTIONS
    conflicts: tuple[Conflict, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def changed(self) -> bool:
        """False if there is nothing to do at all."""
        return any(step.action is not Action.UNCHANGED for step in self.steps)


def discard_change_sets(plan: Plan, ports: Ports) -> None:
    """Deletes the change sets of a plan that will not be carried out."""
    for step in plan.steps:
        if step.change_set:
            with contextlib.suppress(PkgopsError):
                ports.stacks.delete_change_set(step.change_set)
