"""How is a system removed from a stage?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.options import concurrency, targets, verb, wait, yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.deploy.deploy import Report
    from pkgops.deploy.destroy import DestroyPlan

EXAMPLE = """\
pkgops destroy
pkgops destroy pkgwatch --stage dev
pkgops destroy pkgwatch/api --stage dev --yes"""


@verb("destroy", example=EXAMPLE)
@targets
@yes("Delete")
@click.option("--retain", multiple=True, metavar="RESOURCE", help="Leave it behind where deleting it has failed.")
@wait
@concurrency
def command(session: Session, names: tuple[str, ...], everything: bool, **options: Any) -> None:
    """Deletes stacks after showing what goes and what stays, and after SYSTEM/STAGE has been typed.

    Resources the documents keep (DeletionPolicy Retain) stay and are listed with their names. Buckets that
    go are emptied first. A protected stage wants its name typed, even with --yes; without a terminal it wants
    --yes and PKGOPS_CONFIRM=STAGE.
    """
    done: dict[str, Any] = {}
    try:
        for project, keys in session.targets(names, everything):
            _destroy(session, project, keys, options, done)
    finally:
        if session.manner.json and done:
            session.show(done, "")


def _destroy(
    session: Session, project: Project, keys: tuple[str, ...], options: dict[str, Any], done: dict[str, Any]
) -> None:
    from pkgops.build.build import synthesized
    from pkgops.cli.output.outcome import endings, letting_go
    from pkgops.deploy.destroy import destroy, plan_destroy
    from pkgops.deploy.wait_for_idle import wait_until_idle

    ports = session.ports(project)
    stacks = synthesized(project)
    if options["wait"] is not None:
        wait_until_idle({stack.name for stack in stacks}, ports, session.emit, options["wait"])
    doomed = replace(plan_destroy(project, stacks, ports, keys), retain=options["retain"], wait=options["wait"])
    if not doomed.stacks:
        done[project.system.key] = {"ok": True, "stacks": [], "kept": []}
        return session.say(f"Nothing of {project.system.key} is deployed on stage {project.stage.name}.")
    _agree(session, doomed, yes=options["yes"])
    with letting_go(session, "destroy", project):
        report = destroy(doomed, ports, session.emit, options["concurrency"])
    done[project.system.key] = {
        "ok": not _failures(report),
        "stacks": endings(report),
        "kept": doomed.retained,
    }
    return _close(session, doomed, report)


def _agree(session: Session, doomed: DestroyPlan, *, yes: bool) -> None:
    from pkgops.cli.confirm import consent
    from pkgops.cli.output.plans import destruction_text

    session.say(destruction_text(doomed))
    project = doomed.project
    word = f"{project.system.key}/{project.stage.name}"
    consent(session, project.stage, "Delete all this?", "Deleting", yes=yes, word=word)


def _close(session: Session, doomed: DestroyPlan, report: Report) -> None:
    from pkgops.cli.output.plans import kept_lines
    from pkgops.errors import DeployError

    gone = {result.key for result in report.results if result.status == "DELETE_COMPLETE"}
    kept = [item for stack in doomed.stacks if stack.key in gone for item in stack.retained]
    if not session.manner.json:
        session.show(None, "\n".join(kept_lines(kept, "Kept, and yours to delete:")))
    if failures := _failures(report):
        raise DeployError("\n".join(failures), "See pkgops events --failed; correct it and destroy again.")
    session.say(f"Deleted {doomed.project.system.key} from stage {doomed.project.stage.name}.")
    if kept and doomed.project.stage.local:
        session.say("To be rid of what is kept as well: pkgops local reset")


def _failures(report: Report) -> list[str]:
    return [result.summary for result in report.results if result.status not in ("DELETE_COMPLETE", "SKIPPED")]
