"""How does a change of definitions (templates, settings, pins) reach a stage from the development loop?

By an ordinary deployment. It asks only where something would be lost or opened, and on stage local only where something
would be lost.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pkgops import config
from pkgops.build.artifacts import PackagedSystem
from pkgops.build.build import build
from pkgops.config import Project
from pkgops.deploy.deploy import deploy, require_success
from pkgops.dev.events import Updated
from pkgops.errors import RefusedError
from pkgops.events import Emit
from pkgops.plan.options import PlanOptions
from pkgops.plan.plan import Plan
from pkgops.plan.prepare import prepare
from pkgops.plan.review.review import Concern, ConcernKind
from pkgops.ports.ports import Ports
from pkgops.project import forget_templates

Concerns = tuple[tuple[str, Concern], ...]


class ConsentNeededError(Exception):
    """A plan would lose or open something nobody has agreed to; ``concerns`` are (stack's name, concern)."""

    def __init__(self, concerns: Concerns) -> None:
        super().__init__("consent needed")
        self.concerns = concerns

    @property
    def sentences(self) -> tuple[str, ...]:
        """What there is to agree to."""
        return tuple(f"{one.kind}: {stack}: {one.logical_id}: {one.text}" for stack, one in self.concerns)


@dataclass(frozen=True, slots=True)
class Rollout:
    """What is deployed, and the project as it was read for it."""

    project: Project
    packaged: PackagedSystem


def require_unprotected(project: Project) -> None:
    """RefusedError on a protected stage."""
    if project.stage.protected:
        raise RefusedError(
            f"Stage {project.stage.name} is protected: pkgops dev would change it with every save.",
            "Use a stage of your own, or stage local.",
        )


def read_again(project: Project) -> Project:
    """The project as its files say now. BuildError, ConfigError; RefusedError if its stage has become protected."""
    # Bytecode is told from that of an older source by second and size: of two saves within one, it may be the first's.
    sys.dont_write_bytecode = True
    forget_templates()
    fresh = config.load(project.stage.name, project.system.key, project.root)
    require_unprotected(fresh)
    return fresh


def roll_out(
    project: Project,
    keys: Sequence[str],
    ports: Ports,
    emit: Emit,
    show: Callable[[Plan], None],
    agreed: Concerns = (),
) -> Rollout:
    """Builds the project, and deploys the stacks ``keys`` (() for all) if they differ; ``show`` gets the plan first.

    `ConsentNeededError` if there are concerns other than those ``agreed`` to; errors of a build and of a deployment.
    Templates are linted before they are deployed, but not on stage local (`pkgops.dev.linting`)."""
    started = time.monotonic()
    packaged = build(project, emit, checked=not project.stage.local)

    def approve(plan: Plan) -> None:
        found = concerns(plan)
        if found and found != agreed:
            raise ConsentNeededError(found)
        show(plan)

    plan = prepare(project, packaged, ports, emit, PlanOptions(stacks=tuple(keys)), approve)
    report = deploy(plan, ports, emit)
    require_success(report, project.stage.name)
    changed = tuple(result.stack for result in report.results if result.status != "UNCHANGED")
    if changed:
        emit(Updated(project.system.key, changed, round(time.monotonic() - started, 2)))
    return Rollout(project, packaged)


def concerns(plan: Plan) -> Concerns:
    """What somebody has to agree to. A new stack's are none: nothing is lost, and it is opened as its code says."""
    asked = {ConcernKind.LOSS} if plan.project.stage.local else set(ConcernKind)
    return tuple(
        (step.stack.name, one)
        for step in plan.steps
        if step.before is not None
        for one in step.concerns
        if one.kind in asked
    )
