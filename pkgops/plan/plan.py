"""A plan: everything a deployment will do, as frozen data. A dry run is the plan, shown."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgops.build.artifacts import Asset
from pkgops.config import Project
from pkgops.errors import PkgopsError
from pkgops.plan.options import DEFAULT_OPTIONS, PlanOptions
from pkgops.plan.step import CREATING, Action, Step
from pkgops.plan.swapped_code import Outcome, SwappedFunction
from pkgops.ports.ports import Ports
from pkgops.ports.stacks import StackState

if TYPE_CHECKING:
    from pkgops.plan.conflicts import Conflict
    from pkgops.plan.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Plan:
    """``steps`` are in the order of deployment, upstream stacks first. ``bootstrap`` creates the artifact bucket, None
    if the stage has one. ``states`` are the deployed stacks of the system by key. ``conflicts`` are resources that
    exist before the deployment, ``refusals`` changes that AWS would refuse; ``swapped`` are functions that do not run
    what was deployed."""

    project: Project
    steps: tuple[Step, ...]
    assets: tuple[Asset, ...]
    states: Mapping[str, StackState]
    bootstrap: Step | None = None
    options: PlanOptions = DEFAULT_OPTIONS
    conflicts: tuple[Conflict, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    swapped: tuple[SwappedFunction, ...] = ()

    @property
    def changed(self) -> bool:
        """False if there is nothing to do at all."""
        return any(step.action is not Action.UNCHANGED for step in self.steps) or any(
            one.outcome is Outcome.TAKEN_BACK or (one.swap.aliases and one.outcome is not Outcome.LEFT)
            for one in self.swapped
        )

    @property
    def later(self) -> dict[str, tuple[str, ...]]:
        """The stacks, by key, that are updated again in the end, and the values ("web.SiteUrl") that they get then."""
        created = {step.stack.key for step in self.steps if step.action in CREATING}
        rows = ((step.stack.key, sorted(step.stack.late.values())) for step in self.steps)
        found = {key: tuple(one for one in late if one.partition(".")[0] in created) for key, late in rows}
        return {key: late for key, late in found.items() if late}


def discard_change_sets(plan: Plan, ports: Ports) -> None:
    """Deletes the change sets of a plan that will not be carried out."""
    for step in plan.steps:
        if step.change_set:
            with contextlib.suppress(PkgopsError):
                ports.stacks.delete_change_set(step.change_set)
