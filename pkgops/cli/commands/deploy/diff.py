"""``pkgops diff``: shows what a deployment would change, or what has drifted since the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import targets

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.diff import StackDiff
    from pkgops.plan.plan import Plan
    from pkgops.ports.ports import Ports

EXAMPLE = """\
pkgops diff
pkgops diff shop/api --stage prod
pkgops diff --stage dev --exit-code --output json
pkgops diff --deployed --stage prod"""


@session_command("diff", example=EXAMPLE)
@targets
@click.option("--deployed", is_flag=True, help="Compare what was deployed with the current resources.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if there are differences.")
@click.option("--full", is_flag=True, help="Show whole values, and the names of what is only counted.")
def command(
    session: Session, names: tuple[str, ...], all_systems: bool, deployed: bool, exit_code: bool, full: bool
) -> int:
    """Compare the code with what is deployed, value by value; change nothing.

    Whether a resource would be replaced is CloudFormation's own prediction, from a change set; resources that it only
    evaluates again are counted. Lists are compared by what identifies their members. With --deployed the code is
    ignored: what was deployed is compared with the current resources, by CloudFormation's drift detection.
    """
    from pkgops.cli.output.diff_text import diff_text

    compare = _drifted if deployed else _differing
    found = {p.system.key: compare(session, p, keys) for p, keys in session.targets(names, all_systems)}
    differing = [stack for stacks in found.values() for stack in stacks]
    session.console.print_result(found, session.console.fitted(diff_text(differing, full=full)))
    if not differing:
        session.console.print_message("No differences.")
    return 1 if exit_code and differing else 0


def _differing(session: Session, project: Project, keys: tuple[str, ...]) -> list[StackDiff]:
    from pkgops.cli.monthly_cost import monthly_cost
    from pkgops.operate.diff import diff
    from pkgops.plan.options import PlanOptions
    from pkgops.plan.prepare import preview

    ports = session.accessible_ports(project)
    options = PlanOptions(stacks=keys, only=True)
    plan = preview(project, session.packaged(project), ports, session.console.emit, options, conflicts=False)
    session.console.print_message(monthly_cost(plan, ports))
    _print_refusals(session, plan, ports)
    return [stack for stack in diff(plan, ports) if not stack.empty]


def _print_refusals(session: Session, plan: Plan, ports: Ports) -> None:
    """What a deployment of this would be refused for, quotas apart: they cost calls."""
    from pkgops.plan.refusals import step_refusals

    if refused := [one for step in plan.steps for one in step_refusals(step, ports)]:
        from pkgops.cli.output.plan_text import refusal_lines

        session.console.print_message("\n".join(refusal_lines(refused)))


def _drifted(session: Session, project: Project, keys: tuple[str, ...]) -> list[StackDiff]:
    from pkgops.cli.output.terminal import one_line
    from pkgops.operate.drift import detect_drift, drift_diff, drift_notes

    ports = session.ports(project)
    existing = {state.name for state in ports.stacks.describe() if state.status != "REVIEW_IN_PROGRESS"}
    stacks = {stack.name: stack.key for stack in session.stacks(project, keys) if stack.name in existing}
    found = detect_drift(list(stacks), ports, session.console.emit)
    for drift in found.values():
        for note in drift_notes(drift):
            session.console.print_message(one_line(note))
    return [drift_diff(stacks[name], drift) for name, drift in found.items() if drift.resources]
