"""The monthly cost of a project's system: what commands and pages ask for."""

from __future__ import annotations

from pkgops.build.build import synthesized
from pkgops.config import Project
from pkgops.cost.book import book_for
from pkgops.cost.difference import Difference, deployed, difference, planned
from pkgops.cost.estimate import Estimate, estimate
from pkgops.cost.usage import Usage, chosen
from pkgops.plan.plan import Plan
from pkgops.ports.ports import Ports


def assumed(project: Project, wanted: str | None) -> Usage:
    """The assumptions of that name for a system on its stage (see `pkgops.cost.usage.chosen`)."""
    return chosen(project.system.usage, project.stage.name, wanted)


def cost(project: Project, usage: Usage, *, free_tier: bool = False) -> Estimate:
    """What the system costs as its code describes it, by the stage's price book."""
    stacks = [(stack.key, stack.template) for stack in synthesized(project)]
    return estimate(stacks, book_for(project.home, project.stage.region), usage, free_tier=free_tier)


def cost_difference(project: Project, usage: Usage, ports: Ports) -> Difference:
    """What deploying the code would change in the cost of what is deployed."""
    stacks = synthesized(project)
    after = [(stack.key, stack.template) for stack in stacks]
    return difference(deployed(stacks, ports), after, book_for(project.home, project.stage.region), usage)


def plan_cost(plan: Plan, ports: Ports) -> Difference:
    """What a plan changes, under the assumptions of its stage."""
    project = plan.project
    return planned(plan, ports, book_for(project.home, project.stage.region), assumed(project, None))
