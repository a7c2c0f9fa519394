"""``pkgops cost``: estimates what a system costs in a month."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import systems

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.cost.usage import Usage

EXAMPLE = """\
pkgops cost --stage prod
pkgops cost shop --stage prod --usage busy
pkgops cost shop --usage assumptions.toml --free-tier
pkgops cost --diff --stage prod
pkgops cost --from-metrics 14 --stage prod
pkgops cost --refresh --stage prod"""
_DAYS = 30
_MOST_DAYS = 455  # that CloudWatch keeps metrics


@session_command("cost", example=EXAMPLE)
@systems
@click.option("--usage", metavar="NAME|FILE", help="Assume this profile of the system, or the measures of a TOML file.")
@click.option("--diff", is_flag=True, help="Compare the code with what is deployed.")
@click.option("--refresh", is_flag=True, help="Read the prices of the stage's region from AWS first.")
@click.option(
    "--from-metrics",
    "days",
    type=click.IntRange(1, _MOST_DAYS),
    is_flag=False,
    flag_value=_DAYS,
    metavar="[DAYS]",
    help=f"Assume what CloudWatch has measured in the last days ({_DAYS}).",
)
@click.option("--free-tier", is_flag=True, help="Subtract what AWS gives to every account for good.")
def command(session: Session, names: tuple[str, ...], all_systems: bool, refresh: bool, **options: Any) -> None:
    """Estimate what a system costs in a month, from its templates: fixed costs, and costs by use.

    Each row has its unit price. A cost by use is an amount only where an assumption says how much is used: a profile
    of the system (the first one for the stage), a file, or CloudWatch. What has no price is listed, and so are traps
    such as gateways that are paid by the hour. Prices have a date and are not verified until --refresh reads AWS's
    price list.
    """
    if options["usage"] is not None and options["days"] is not None:
        raise click.UsageError("Give --usage or --from-metrics, not both.")
    projects = session.systems(names, all_systems)
    if refresh:
        for project in {project.stage.region: project for project in projects}.values():
            _refresh(session, project)
    shown = [(project, *_shown(session, project, options)) for project in projects]
    session.console.print_result({p.system.key: data for p, data, _ in shown}, "\n\n".join(text for *_, text in shown))


def _shown(session: Session, project: Project, options: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """JSON data and text."""
    from pkgops.cli.output.cost_text import difference_data, difference_text, estimate_data, estimate_text
    from pkgops.cost.cost import cost, cost_difference

    usage = _usage(session, project, options["usage"], options["days"])
    title, width = f"{project.system.key} on stage {project.stage.name}", session.console.width
    if options["diff"]:
        moved = cost_difference(project, usage, session.accessible_ports(project))
        return difference_data(moved), difference_text(title, moved, width)
    found = cost(project, usage, free_tier=options["free_tier"])
    return estimate_data(found), estimate_text(title, found, width, project.system.usage)


def _usage(session: Session, project: Project, wanted: str | None, days: int | None) -> Usage:
    from pkgops.build.build import synthesized
    from pkgops.cost.cost import assumed

    if days is None:
        return assumed(project, wanted)
    from pkgops.cost.observed import observed

    return observed(synthesized(project), session.accessible_ports(project), days)


def _refresh(session: Session, project: Project) -> None:
    from pkgops.cost.book import shipped
    from pkgops.cost.refresh import keep, refreshed
    from pkgops.cost.told import book_line

    if project.stage.local:
        raise click.UsageError("Prices are AWS's: name a stage on AWS with --stage.")
    today = datetime.now(UTC).date().isoformat()
    book = refreshed(shipped(), session.accessible_ports(project), project.stage.region, today)
    keep(book, project.home)
    session.console.print_message(book_line(book))
