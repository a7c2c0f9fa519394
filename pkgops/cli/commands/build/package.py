"""``pkgops package``: builds the handlers' artifacts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import targets

if TYPE_CHECKING:
    from pkgops.build.artifacts import Asset
    from pkgops.cli.session import Session
    from pkgops.operate.function_zips import FunctionZip

EXAMPLE = """\
pkgops package
pkgops package shop/api --stage prod
pkgops package --all --output json
pkgops package shop --stage dev --dir dist/lambda"""
DIR = "Write function zips that hold their packages too, and build-manifest.json, to DIR instead."


@session_command("package", example=EXAMPLE)
@targets
@click.option("--dir", "directory", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=DIR)
def command(session: Session, names: tuple[str, ...], all_systems: bool, directory: Path | None) -> None:
    """Build one zip per handler and the layers they need, in .pkgops/artifacts; upload nothing.

    Unchanged artifacts are not built again; damaged ones are. With --dir, a function that cannot be packaged does not
    stop the others; the manifest says why, and the exit code is 3.
    """
    from pkgops.build.repair import repair

    if directory:
        return _write_zips(session, names, all_systems, directory)
    assets: list[Asset] = []
    for project, keys in session.targets(names, all_systems):
        found = session.packaged(project, keys).assets
        repair(project, found, session.console.emit)
        assets += found
    rows = [(asset.source, f"{asset.size / 1024:.1f} KB", asset.path) for asset in assets]
    session.console.print_table(("Source", "Size", "File"), rows, "The stacks have no artifacts.", assets)
    return None


def _write_zips(session: Session, names: tuple[str, ...], all_systems: bool, directory: Path) -> None:
    from pkgops.build.build import synthesized
    from pkgops.errors import BuildError, UsageError
    from pkgops.operate.function_zips import write_zips

    selected = session.targets(names, all_systems)
    if len(selected) != 1:
        raise UsageError("A directory takes the functions of one system.", "Name one system with --dir.")
    project, keys = selected[0]
    stacks = [stack for stack in synthesized(project) if not keys or stack.key in keys]
    made: list[FunctionZip] = write_zips(project, stacks, directory, session.console.emit)
    rows = [(one.source, f"{one.size / 1024:.1f} KB", one.path) for one in made if not one.error]
    session.console.print_table(("Source", "Size", "File"), rows, "Nothing was packaged.", made)
    if failed := [f"{one.name}: {one.error}" for one in made if one.error]:
        raise BuildError("\n".join(failed), "The other functions were packaged.")
