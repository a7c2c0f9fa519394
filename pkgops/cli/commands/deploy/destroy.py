"""``pkgops destroy``: deletes stacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import concurrency, targets, wait, yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.deploy.deploy import Report
    from pkgops.deploy.destroy import DestroyPlan
    from pkgops.ports.stacks import StackResource

EXAMPLE = """\
pkgops destroy
pkgops destroy shop --stage dev
pkgops destroy shop/api --stage dev --yes
pkgops destroy shop --stage prod --disable-protection"""


@session_command("destroy", example=EXAMPLE)
@targets
@yes("Delete")
@click.option("--retain", multiple=True, metavar="RESOURCE", help="Keep this resource if deleting it has failed.")
@click.option(
    "--disable-protection", is_flag=True, help="Turn off the deletion protection of databases that are to be deleted."
)
@wait
@concurrency
def command(session: Session, names: tuple[str, ...], all_systems: bool, **options: Any) -> None:
    """Delete stacks after listing what is deleted and what is kept, and asking for SYSTEM/STAGE to be typed.

    Retained resources (DeletionPolicy Retain), and the system's secrets that no stack has, are kept and listed with
    their names, and so is the last snapshot of a database. Buckets to delete are emptied first. A database with
    deletion protection is refused before anything is changed, unless --disable-protection is given: then the
    protection is turned off first. A protected stage requires its name to be typed, even with --yes; without a
    terminal it requires --yes and PKGOPS_CONFIRM=STAGE.
    """
    with session.console.json_results() as results:
        for project, keys in session.targets(names, all_systems):
            _destroy(session, project, keys, options, results)


def _destroy(
    session: Session, project: Project, keys: tuple[str, ...], options: dict[str, Any], results: dict[str, Any]
) -> None:
    from pkgops.build.build import synthesized
    from pkgops.cli.output.deployment_text import report_interruption, stack_results
    from pkgops.deploy.databases import last_snapshots, refuse_protected
    from pkgops.deploy.destroy import destroy, plan_destroy
    from pkgops.deploy.wait_for_idle import wait_until_idle

    ports = session.ports(project)
    stacks = synthesized(project)
    if options["wait"] is not None:
        wait_until_idle({stack.name for stack in stacks}, ports, session.console.emit, options["wait"])
    plan = replace(plan_destroy(project, stacks, ports, keys), retain=options["retain"], wait=options["wait"])
    if not plan.stacks:
        results[project.system.key] = {"ok": True, "stacks": [], "kept": []}
        return session.console.print_message(
            f"No stack of {project.system.key} is deployed on stage {project.stage.name}."
        )
    if not options["disable_protection"]:
        refuse_protected(plan.databases, project.stage.name)
    _confirm(session, plan, yes=options["yes"])
    with report_interruption(session.console, "destroy", project):
        report = destroy(plan, ports, session.console.emit, options["concurrency"])
    snapshots = last_snapshots(plan.databases, ports)
    results[project.system.key] = {
        "ok": not _failures(report),
        "stacks": stack_results(report),
        "kept": (*plan.retained, *plan.outside, *snapshots),
    }
    return _print_report(session, plan, report, snapshots)


def _confirm(session: Session, plan: DestroyPlan, *, yes: bool) -> None:
    from pkgops.cli.confirm import confirm_on_stage
    from pkgops.cli.output.plan_text import destroy_plan_text

    session.console.print_message(destroy_plan_text(plan))
    project = plan.project
    word = f"{project.system.key}/{project.stage.name}"
    confirm_on_stage(session.console, project.stage, "Delete all of this?", "Deleting", yes=yes, word=word)


def _print_report(session: Session, plan: DestroyPlan, report: Report, snapshots: Sequence[StackResource]) -> None:
    from pkgops.cli.output.plan_text import kept_lines
    from pkgops.errors import DeployError

    gone = {result.key for result in report.results if result.status == "DELETE_COMPLETE"}
    kept = [*(item for stack in plan.stacks if stack.key in gone for item in stack.retained), *plan.outside, *snapshots]
    if not session.console.mode.json:
        session.console.print_result(None, "\n".join(kept_lines(kept, "Kept; delete them yourself if not needed:")))
    if failures := _failures(report):
        raise DeployError("\n".join(failures), "See pkgops events --failed, fix the cause and destroy again.")
    session.console.print_message(f"Deleted {plan.project.system.key} from stage {plan.project.stage.name}.")
    if kept and plan.project.stage.local and plan.alone:
        session.console.print_message("To delete what is kept as well: pkgops local reset")


def _failures(report: Report) -> list[str]:
    return [result.summary for result in report.results if result.status not in ("DELETE_COMPLETE", "SKIPPED")]
