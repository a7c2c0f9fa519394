"""``pkgops deploy``: creates or updates stacks to match the code."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import concurrency, targets, wait, yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.plan.options import PlanOptions
    from pkgops.plan.plan import Plan
    from pkgops.ports.ports import Ports

EXAMPLE = """\
pkgops deploy
pkgops deploy --stage dev --yes
pkgops deploy shop/api --only --stage dev
pkgops deploy --revert-drift --stage dev --dry-run
pkgops deploy --stage dev --import '*LogGroup'
pkgops deploy --all --stage prod --dry-run"""


@dataclass(frozen=True)
class DeployOptions:
    """The options of a run; ``results`` is its JSON result so far, by system."""

    yes: bool
    dry_run: bool
    concurrency: int
    outputs: bool
    plan: PlanOptions
    results: dict[str, Any]


@session_command("deploy", example=EXAMPLE)
@targets
@yes("Deploy")
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option("--only", is_flag=True, help="Only the named stacks, not the stacks whose values they use.")
@click.option("--force", is_flag=True, help="Also update unchanged stacks.")
@click.option(
    "--allow", multiple=True, metavar="RESOURCE", help="Accept the warnings about this resource on a protected stage."
)
@click.option("--outputs", is_flag=True, help="Print every output afterwards, not only those that changed.")
@click.option("--in-steps", is_flag=True, help="Make several index changes of a table in successive updates.")
@click.option("--revert-drift", is_flag=True, help="Also revert drift: changes made outside of deployments.")
@click.option("--resume", is_flag=True, help="Continue a failed rollback, then deploy.")
@click.option("--skip", multiple=True, metavar="RESOURCE", help="With --resume: skip this resource in the rollback.")
@click.option("--import", "imports", multiple=True, metavar="RESOURCE", help="Import this existing resource.")
@click.option(
    "--restore",
    "restores",
    multiple=True,
    metavar="SECRET",
    help="Restore this secret, which is scheduled for deletion.",
)
@wait
@concurrency
def command(session: Session, names: tuple[str, ...], all_systems: bool, **options: Any) -> None:
    """Build, show what will change, ask, and deploy; unchanged stacks are skipped.

    Named stacks include the stacks whose values they use. On stage local no question is asked and the emulator is
    started when needed. A protected stage requires its name to be typed, even with --yes; without a terminal it
    requires --yes and PKGOPS_CONFIRM=STAGE. Ctrl-C only stops watching: CloudFormation continues, and the next
    deployment watches it.
    """
    from pkgops.plan.options import PlanOptions

    own = {name: options.pop(name) for name in ("yes", "dry_run", "concurrency", "outputs")}
    with session.console.json_results() as results:
        run = DeployOptions(**own, plan=PlanOptions(**options), results=results)
        for project, keys in session.targets(names, all_systems):
            _deploy(session, project, keys, run)


def _deploy(session: Session, project: Project, keys: tuple[str, ...], options: DeployOptions) -> None:
    from pkgops.plan.prepare import prepare, preview, require_possible

    ports = session.accessible_ports(project)  # before the build, which takes minutes the first time
    selected = replace(options.plan, stacks=keys)
    foresee = None if options.dry_run else partial(require_possible, project, ports=ports, options=selected)
    packaged = session.packaged(project, foresee=foresee)
    if options.dry_run:
        return _show_plan(session, preview(project, packaged, ports, session.console.emit, selected), ports, options)
    if selected.wait is not None:
        from pkgops.deploy.wait_for_idle import wait_until_idle

        wait_until_idle({stack.name for stack in packaged.stacks}, ports, session.console.emit, selected.wait)
    plan = prepare(project, packaged, ports, session.console.emit, selected, partial(_approve, session, ports, options))
    return _carry_out(session, plan, ports, options)


def _show_plan(session: Session, plan: Plan, ports: Ports, options: DeployOptions) -> None:
    from pkgops.cli.monthly_cost import monthly_cost
    from pkgops.cli.output.plan_text import plan_data, plan_text

    costs = monthly_cost(plan, ports)
    options.results[plan.project.system.key] = plan_data(plan) | ({"cost": costs} if costs else {})
    if not session.console.mode.json:
        text = "\n".join(filter(None, [plan_text(plan, full=True), costs]))
        session.console.print_result(None, session.console.fitted(text))


def _approve(session: Session, ports: Ports, options: DeployOptions, plan: Plan) -> None:
    """Shows the plan and asks for confirmation."""
    from pkgops.cli.monthly_cost import monthly_cost
    from pkgops.cli.output.plan_text import plan_text, where
    from pkgops.plan.prepare import require_allowed_concerns

    session.console.print_message(plan_text(plan, full=session.console.mode.debug))
    session.console.print_message(monthly_cost(plan, ports))
    require_allowed_concerns(plan)
    if not plan.project.stage.local:
        from pkgops.cli.confirm import confirm_on_stage

        question = f"Deploy {plan.project.system.key} to stage {where(plan)}?"
        confirm_on_stage(session.console, plan.project.stage, question, "Deploying", yes=options.yes)


def _carry_out(session: Session, plan: Plan, ports: Ports, options: DeployOptions) -> None:
    from pkgops.cli.output.deployment_text import (
        changed_outputs,
        print_deployment,
        report_interruption,
        report_outputs,
        stack_results,
    )
    from pkgops.deploy.deploy import deploy, require_success

    started = time.monotonic()
    _app(session, plan, ports, before=True)
    with report_interruption(session.console, "deploy", plan.project):
        report = deploy(plan, ports, session.console.emit, options.concurrency)
    session.console.close_display()
    rows = report_outputs(report, ports.endpoint)
    options.results[plan.project.system.key] = {
        "ok": report.ok,
        "stacks": stack_results(report),
        "outputs": {f"{row.stack}.{row.key}": row.value for row in rows},
    }
    require_success(report, plan.project.stage.name)
    _app(session, plan, ports, before=False)
    if not session.console.mode.json:
        shown = rows if options.outputs else changed_outputs(plan, report, rows)
        print_deployment(session.console, plan, shown, time.monotonic() - started)


def _app(session: Session, plan: Plan, ports: Ports, *, before: bool) -> None:
    """Brings the files of the system's application to their bucket: those that are new before its code is replaced, all
    others afterwards."""
    if plan.project.system.app is None:
        return
    from pkgops.operate.web.app import publish_added, publish_app

    stacks = [step.stack for step in plan.steps]
    (publish_added if before else publish_app)(plan.project, stacks, ports, session.console.emit)
