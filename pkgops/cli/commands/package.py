"""What do the artifacts consist of, and how large are they?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgops.cli.options import targets, verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops package
pkgops package pkgwatch/api --stage prod
pkgops package --all --output json"""


@verb("package", example=EXAMPLE)
@targets
def command(session: Session, names: tuple[str, ...], everything: bool) -> None:
    """Builds a zip a handler and the layers they need, into .pkgops/artifacts; uploads nothing.

    What has not changed since the last time is not built again.
    """
    assets = [
        asset
        for project, keys in session.targets(names, everything)
        for asset in session.packaged(project, keys).assets
    ]
    rows = [(asset.source, f"{asset.size / 1024:.1f} KB", asset.path) for asset in assets]
    session.rows(("Source", "Size", "File"), rows, "The stacks have no artifacts.", assets)
