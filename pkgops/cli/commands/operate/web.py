"""``pkgops web``: brings a system's web pages to their bucket."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgops.cli.command import CommandGroup, session_command
from pkgops.cli.completion import complete_systems
from pkgops.cli.options import systems, yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.web.plan import PublishPlan


@click.group("web", cls=CommandGroup, default="ls")
def command() -> None:
    """Build and publish the web pages of a system.

    Without a subcommand it lists the sites.
    """


@session_command("ls", example="pkgops web ls\npkgops web ls shop --stage prod --output json")
@systems
def ls(session: Session, names: tuple[str, ...], all_systems: bool) -> None:
    """List the sites of systems: bucket, number of objects and address."""
    from pkgops.operate.web.sites import deployed_site

    found = []
    for project in session.systems(names, all_systems):
        if project.system.site is not None or not all_systems:
            found.append(deployed_site(project, session.stacks(project), session.ports(project)))
    rows = [(site.system, site.bucket, site.objects, site.url) for site in found]
    session.console.print_table(("System", "Bucket", "Objects", "URL"), rows, "No system has web pages.", found)


PUBLISH = """\
pkgops web publish
pkgops web publish shop out/
pkgops web publish shop out/ --dry-run
pkgops web publish shop out/ --stage prod --output json"""


@session_command("publish", example=PUBLISH)
@click.argument("name", required=False, metavar="[SYSTEM]", shell_complete=complete_systems)
@click.argument("directory", required=False, metavar="[DIR]", type=click.Path())
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--prune", is_flag=True, help="Also delete objects that pkgops has not published.")
@click.option("--invalidate-all", is_flag=True, help="Invalidate every path, whatever has changed.")
@yes("Publish")
def publish(session: Session, name: str | None, directory: str | None, **options: bool) -> None:
    """Bring DIR, what a build has written, to the bucket of a system; by default the pages it comes with.

    Only what differs is uploaded, with content types and cache headers by kind; files made of the stacks' outputs are
    added; what pkgops has published before and DIR no longer has is deleted, after a question. Changed paths of the
    distribution are invalidated. Running it again changes nothing. Hidden and editors' files are passed over, and
    links that lead out of DIR refused.
    """
    from pkgops.cli.output.publish_text import done_text, plan_text, report_document
    from pkgops.events import Note
    from pkgops.operate.web.publish import publish

    project, plan = _plan(session, name, directory, prune=options["prune"])
    console, websites = session.console, session.ports(project).websites
    if plan.foreign:
        console.emit(Note(f"Left in {plan.bucket}, as pkgops has not published them: {_listed(plan)}", "warning"))
    if options["dry_run"]:
        return console.print_result(report_document(plan), plan_text(plan))
    _confirm(session, project, plan, yes=options["yes"])
    report = publish(plan, websites, console.emit, everything=options["invalidate_all"])
    return console.print_result(report_document(plan, report), done_text(report))


def _plan(session: Session, name: str | None, directory: str | None, *, prune: bool) -> tuple[Project, PublishPlan]:
    from pkgops.operate.outputs import read_outputs
    from pkgops.operate.web.plan import plan_publishing, site_source

    if directory is None and name is not None and _is_directory(session, name):
        name, directory = None, name
    project = _project(session, name)
    source = site_source(project, directory)
    ports = session.accessible_ports(project)
    rows = read_outputs(project, session.stacks(project), ports)
    return project, plan_publishing(project, rows, source, ports.websites, session.console.emit, prune=prune)


def _project(session: Session, name: str | None) -> Project:
    """The named system; if none is named and the default one has no web pages, the only one of the project that has."""
    from pkgops.project import systems

    project = session.project(name)
    if name or session.system or project.system.site:
        return project
    others = [other for other in map(session.project, systems(session.root)) if other.system.site]
    return others[0] if len(others) == 1 else project


def _is_directory(session: Session, word: str) -> bool:
    """Whether the only argument means DIR: it is no system, and looks like a path."""
    from pkgops import select

    return select.system_key(session.root, word) is None and ("/" in word or Path(word).is_dir())


def _confirm(session: Session, project: Project, plan: PublishPlan, *, yes: bool) -> None:
    """Asks before something is deleted, and before anything on a protected stage."""
    from pkgops.cli.confirm import confirm_on_stage
    from pkgops.cli.output.publish_text import plan_text

    if not plan.changes or not (plan.of("delete") or project.stage.protected):
        return
    if not yes:
        session.console.print_message(plan_text(plan))
    question = f"Publish to {plan.bucket}, and delete {len(plan.of('delete'))} objects there?"
    confirm_on_stage(session.console, project.stage, question, "Publishing", yes=yes)


def _listed(plan: PublishPlan) -> str:
    more = f" and {len(plan.foreign) - 5} more" if len(plan.foreign) > 5 else ""
    return f"{', '.join(plan.foreign[:5])}{more}. --prune deletes them."


BUILD = """\
pkgops web build
pkgops web build shop --stage prod
pkgops web build shop --stage prod --from app/.open-next"""


@session_command("build", example=BUILD)
@click.argument("name", required=False, metavar="[SYSTEM]", shell_complete=complete_systems)
@click.option("--from", "made", type=click.Path(path_type=Path), metavar="DIR", help="Take what OpenNext wrote to DIR.")
@click.option("--again", is_flag=True, help="Build even if the sources are unchanged.")
def build(session: Session, name: str | None, made: Path | None, again: bool) -> None:
    """Build the Next.js application of a system for a stage, with OpenNext; deploy and web publish take the result.

    The application's own build runs in its directory, after npm ci if its packages are not there, and sees PKGOPS_STAGE
    and PKGOPS_ARCHITECTURE. Unchanged sources are not built again. It needs Node.js; with --from it does not.
    """
    from pkgops.build.node.builder import build_app, take_build
    from pkgops.cli.output.publish_text import build_document, build_text

    project = _project(session, name)
    found = take_build(project, made) if made else build_app(project, session.console.emit, again=again)
    session.console.print_result(build_document(found), build_text(project, found))


for _subcommand in (ls, build, publish):
    command.add_command(_subcommand)
