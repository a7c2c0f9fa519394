"""What would a deployment change, and what has been changed since the last one?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.options import targets, verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.diff import StackDiff

EXAMPLE = """\
pkgops diff
pkgops diff pkgwatch/api --stage prod
pkgops diff --stage dev --exit-code --output json
pkgops diff --deployed --stage prod"""


@verb("diff", example=EXAMPLE)
@targets
@click.option("--deployed", is_flag=True, help="Compare what was deployed with what is there now.")
@click.option("--exit-code", is_flag=True, help="End with 1 if anything differs.")
def command(session: Session, names: tuple[str, ...], everything: bool, deployed: bool, exit_code: bool) -> int:
    """Compares the code with what is deployed, value by value; changes nothing.

    Which resources would be replaced is CloudFormation's own judgement, from a change set. With --deployed the code
    is left out: what was deployed is compared with what is there now, by CloudFormation's drift detection.
    """
    from pkgops.cli.output.plans import diff_text

    compare = _drifted if deployed else _differing
    found = {p.system.key: compare(session, p, keys) for p, keys in session.targets(names, everything)}
    differing = [stack for stacks in found.values() for stack in stacks]
    session.show(found, diff_text(differing))
    if not differing:
        session.say("Nothing differs.")
    return 1 if exit_code and differing else 0


def _differing(session: Session, project: Project, keys: tuple[str, ...]) -> list[StackDiff]:
    from pkgops.operate.diff import diff
    from pkgops.plan.options import PlanOptions
    from pkgops.plan.prepare import preview

    ports = session.ports(project)
    options = PlanOptions(stacks=keys, only=True)
    plan = preview(project, session.packaged(project), ports, session.emit, options, conflicts=False)
    return [stack for stack in diff(plan, ports) if not stack.empty]


def _drifted(session: Session, project: Project, keys: tuple[str, ...]) -> list[StackDiff]:
    from pkgops.operate.drift import compared, detect

    ports = session.ports(project)
    there = {state.name for state in ports.stacks.describe() if state.status != "REVIEW_IN_PROGRESS"}
    stacks = {stack.name: stack.key for stack in session.stacks(project, keys) if stack.name in there}
    found = detect(list(stacks), ports, session.emit)
    for drift in found.values():
        session.say(f"{drift.stack}: not compared completely. {drift.reason}" if drift.reason else "")
    return [compared(stacks[name], drift) for name, drift in found.items() if drift.resources]
