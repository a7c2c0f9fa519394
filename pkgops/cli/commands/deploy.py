"""How do stacks get to the state the code describes?"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.options import concurrency, targets, verb, wait, yes

if TYPE_CHECKING:
    from pkgops.build.synth import Synthesized
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.outputs import OutputRow
    from pkgops.plan.plan import Plan
    from pkgops.plan.plan import PlanOptions as Asked
    from pkgops.ports.ports import Ports

EXAMPLE = """\
pkgops deploy
pkgops deploy --stage dev --yes
pkgops deploy pkgwatch/api --only --stage dev
pkgops deploy --revert-drift --stage dev --dry-run
pkgops deploy --stage dev --import '*LogGroup'
pkgops deploy --all --stage prod --dry-run"""


@dataclass(frozen=True)
class Wishes:
    """The options of a run, and what it has ``done`` so far, by system."""

    yes: bool
    dry_run: bool
    only: bool
    force: bool
    concurrency: int
    allow: tuple[str, ...]
    resume: bool
    skip: tuple[str, ...]
    revert_drift: bool
    imports: tuple[str, ...]
    restores: tuple[str, ...]
    wait: int | None
    done: dict[str, Any]

    def asked(self, only: tuple[str, ...]) -> Asked:
        """What of it the plan is made by."""
        from pkgops.plan.plan import PlanOptions as Asked

        return Asked(only, **{row.name: getattr(self, row.name) for row in fields(Asked) if row.name != "only"})


@verb("deploy", example=EXAMPLE)
@targets
@yes("Deploy")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("--only", is_flag=True, help="Only the named stacks, not those they use values of.")
@click.option("--force", is_flag=True, help="Update stacks that have not changed, too.")
@click.option("--allow", multiple=True, metavar="RESOURCE", help="Accept on a protected stage what is warned of.")
@click.option("--revert-drift", is_flag=True, help="Bring back, too, what was changed by other means than deploying.")
@click.option("--resume", is_flag=True, help="Go on with a rollback that has failed, then deploy.")
@click.option("--skip", multiple=True, metavar="RESOURCE", help="With --resume: leave it out of the rollback.")
@click.option("--import", "imports", multiple=True, metavar="RESOURCE", help="Take in what exists already.")
@click.option("--restore", "restores", multiple=True, metavar="SECRET", help="Take back what waits for its deletion.")
@wait
@concurrency
def command(session: Session, names: tuple[str, ...], everything: bool, **wishes: Any) -> None:
    """Builds, shows what will change, asks, and deploys; what has not changed is left alone.

    Named stacks bring the stacks they use along. On stage local nothing is asked and the emulator is started
    when needed. A protected stage wants its name typed, even with --yes; without a terminal it wants --yes and
    PKGOPS_CONFIRM=STAGE. Ctrl-C only stops watching: what runs goes on, and the next deployment follows it.
    """
    done: dict[str, Any] = {}
    try:
        for project, keys in session.targets(names, everything):
            _deploy(session, project, keys, Wishes(**wishes, done=done))
    finally:
        if session.manner.json and done:
            session.show(done, "")


def _deploy(session: Session, project: Project, keys: tuple[str, ...], wishes: Wishes) -> None:
    from pkgops.deploy.wait_for_idle import wait_until_idle
    from pkgops.plan.plan import discard, plan

    packaged = session.packaged(project)
    chosen = keys if wishes.only else _with_needs(keys, packaged.stacks)
    ports = session.ports(project)
    if wishes.wait is not None and not wishes.dry_run:
        wait_until_idle({stack.name for stack in packaged.stacks}, ports, session.emit, wishes.wait)
    asked = wishes.asked(chosen)
    made = plan(project, packaged, ports, session.emit, asked)
    try:
        made = _surveyed(session, made, ports)
        if not wishes.dry_run:
            made = _agree(session, made, wishes)
    except BaseException:
        discard(made, ports)
        raise
    if wishes.dry_run:
        discard(made, ports)
        return _show_plan(session, made, wishes)
    return _carry_out(session, made, ports, wishes)


def _surveyed(session: Session, plan: Plan, ports: Ports) -> Plan:
    """The plan with what is in its way."""
    if not plan.changed:
        return plan
    from pkgops.plan.preflight import find_conflicts

    return find_conflicts(plan, ports, session.emit)


def _with_needs(keys: tuple[str, ...], stacks: Iterable[Synthesized]) -> tuple[str, ...]:
    """The named stacks and, transitively, those whose values they use."""
    needs = {stack.key: stack.needs for stack in stacks}
    chosen = list(keys)
    for key in chosen:
        chosen += sorted(need for need in needs[key] if need not in chosen)
    return tuple(chosen)


def _show_plan(session: Session, plan: Plan, wishes: Wishes) -> None:
    from pkgops.cli.output.plans import plan_data, plan_text

    wishes.done[plan.project.system.key] = plan_data(plan)
    if not session.manner.json:
        session.show(None, plan_text(plan, full=True))


def _agree(session: Session, plan: Plan, wishes: Wishes) -> Plan:
    if not plan.changed:
        return plan
    from pkgops.cli.output.plans import plan_text, where
    from pkgops.plan.conflicts import require_resolved
    from pkgops.plan.plan import accept

    session.say(plan_text(plan, full=session.manner.debug))
    agreed = accept(require_resolved(plan), wishes.allow)
    if not plan.project.stage.local:
        from pkgops.cli.confirm import consent

        question = f"Deploy {plan.project.system.key} to stage {where(plan)}?"
        consent(session, plan.project.stage, question, "Deploying", yes=wishes.yes)
    return agreed


def _carry_out(session: Session, plan: Plan, ports: Ports, wishes: Wishes) -> None:
    from pkgops.cli.output.outcome import endings, letting_go, outputs
    from pkgops.deploy.deploy import deploy, require_success

    began = time.monotonic()
    with letting_go(session, "deploy", plan.project):
        report = deploy(plan, ports, session.emit, wishes.concurrency)
    session.calm()
    rows = outputs(report, ports.endpoint)
    wishes.done[plan.project.system.key] = {
        "ok": report.ok,
        "stacks": endings(report),
        "outputs": {f"{row.stack}.{row.key}": row.value for row in rows},
    }
    require_success(report, plan.project.stage.name)
    if not session.manner.json:
        _close(session, plan, rows, time.monotonic() - began)


def _close(session: Session, plan: Plan, rows: list[OutputRow], seconds: float) -> None:
    from pkgops.cli.output.outcome import example, left_out, next_step, seedable
    from pkgops.cli.output.tables import table

    key, stage = plan.project.system.key, plan.project.stage.name
    if plan.changed:
        session.say(f"Deployed {key} to stage {stage} in {seconds:.1f} s.")
        session.say(left_out(plan))
    else:
        session.say(f"Nothing to deploy: {key} on stage {stage} is what the code describes.")
    cells = [(row.stack, row.key, row.value) for row in rows]
    text = table(("Stack", "Output", "Value"), cells, color=session.colored)
    tried = "" if seedable(plan.project) else example(plan.project.system, rows)
    session.show(None, "\n\n".join(filter(None, (text, tried))))
    session.say(next_step(plan))
