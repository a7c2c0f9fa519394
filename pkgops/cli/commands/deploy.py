"""How do stacks get to the state the code describes?"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.options import concurrency, targets, verb, wait, yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.outputs import OutputRow
    from pkgops.plan.options import PlanOptions
    from pkgops.plan.plan import Plan
    from pkgops.ports.ports import Ports

EXAMPLE = """\
pkgops deploy
pkgops deploy --stage dev --yes
pkgops deploy pkgwatch/api --only --stage dev
pkgops deploy --revert-drift --stage dev --dry-run
pkgops deploy --stage dev --import '*LogGroup'
pkgops deploy --all --stage prod --dry-run"""


@dataclass(frozen=True)
class DeployOptions:
    """The options of a run; ``results`` is what it has to show as JSON so far, by system."""

    yes: bool
    dry_run: bool
    concurrency: int
    plan: PlanOptions
    results: dict[str, Any]


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
def command(session: Session, names: tuple[str, ...], everything: bool, **options: Any) -> None:
    """Builds, shows what will change, asks, and deploys; what has not changed is left alone.

    Named stacks bring the stacks they use along. On stage local nothing is asked and the emulator is started
    when needed. A protected stage wants its name typed, even with --yes; without a terminal it wants --yes and
    PKGOPS_CONFIRM=STAGE. Ctrl-C only stops watching: what runs goes on, and the next deployment follows it.
    """
    from pkgops.plan.options import PlanOptions

    results: dict[str, Any] = {}
    own = {name: options.pop(name) for name in ("yes", "dry_run", "concurrency")}
    run = DeployOptions(**own, plan=PlanOptions(**options), results=results)
    try:
        for project, keys in session.targets(names, everything):
            _deploy(session, project, keys, run)
    finally:
        if session.manner.json and results:
            session.show(results, "")


def _deploy(session: Session, project: Project, keys: tuple[str, ...], options: DeployOptions) -> None:
    from pkgops.plan.prepare import prepare, preview

    packaged = session.packaged(project)
    ports = session.ports(project)
    selected = replace(options.plan, stacks=keys)
    if options.dry_run:
        return _show_plan(session, preview(project, packaged, ports, session.emit, selected), options)
    if selected.wait is not None:
        from pkgops.deploy.wait_for_idle import wait_until_idle

        wait_until_idle({stack.name for stack in packaged.stacks}, ports, session.emit, selected.wait)
    plan = prepare(project, packaged, ports, session.emit, selected, partial(_approve, session, options))
    return _carry_out(session, plan, ports, options)


def _show_plan(session: Session, plan: Plan, options: DeployOptions) -> None:
    from pkgops.cli.output.plans import plan_data, plan_text

    options.results[plan.project.system.key] = plan_data(plan)
    if not session.manner.json:
        session.show(None, plan_text(plan, full=True))


def _approve(session: Session, options: DeployOptions, plan: Plan) -> None:
    """Shows the plan and asks for consent."""
    from pkgops.cli.output.plans import plan_text, where
    from pkgops.plan.prepare import require_allowed_concerns

    session.say(plan_text(plan, full=session.manner.debug))
    require_allowed_concerns(plan)
    if not plan.project.stage.local:
        from pkgops.cli.confirm import consent

        question = f"Deploy {plan.project.system.key} to stage {where(plan)}?"
        consent(session, plan.project.stage, question, "Deploying", yes=options.yes)


def _carry_out(session: Session, plan: Plan, ports: Ports, options: DeployOptions) -> None:
    from pkgops.cli.output.outcome import endings, letting_go, outputs
    from pkgops.deploy.deploy import deploy, require_success

    began = time.monotonic()
    with letting_go(session, "deploy", plan.project):
        report = deploy(plan, ports, session.emit, options.concurrency)
    session.calm()
    rows = outputs(report, ports.endpoint)
    options.results[plan.project.system.key] = {
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
