"""``pkgops package``: builds the handlers' artifacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgops.cli.command import session_command
from pkgops.cli.options import targets

if TYPE_CHECKING:
    from pkgops.build.package import Asset
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops package
pkgops package shop/api --stage prod
pkgops package --all --output json"""


@session_command("package", example=EXAMPLE)
@targets
def command(session: Session, names: tuple[str, ...], all_systems: bool) -> None:
    """Build one zip per handler and the layers they need, in .pkgops/artifacts; upload nothing.

    Unchanged artifacts are not built again; damaged ones are.
    """
    from pkgops.build.repair import repair

    assets: list[Asset] = []
    for project, keys in session.targets(names, all_systems):
        found = session.packaged(project, keys).assets
        repair(project, found, session.console.emit)
        assets += found
    rows = [(asset.source, f"{asset.size / 1024:.1f} KB", asset.path) for asset in assets]
    session.console.print_table(("Source", "Size", "File"), rows, "The stacks have no artifacts.", assets)
