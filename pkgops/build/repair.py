"""Which artifacts no longer hold what their names say, and how are they made again?"""

from __future__ import annotations

from collections.abc import Iterable

from pkgops.build.archive import intact
from pkgops.build.artifacts import Asset
from pkgops.build.build import build
from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.events import Emit, Note, silent


def repair(project: Project, assets: Iterable[Asset], emit: Emit = silent) -> None:
    """Builds every artifact again whose file is damaged or gone, with a `Note` each; artifacts are read for that, so it
    is called before they are used. BuildError if one cannot be made as it was."""
    damaged = [asset for asset in assets if not intact(asset.path)]
    if not damaged:
        return
    for asset in damaged:
        emit(Note(f"{asset.path} ({asset.source}) is damaged and is built again.", "warning"))
        if asset.path.is_file():
            asset.path.unlink()
    build(project, emit, checked=False)
    for asset in damaged:
        if not intact(asset.path):
            raise BuildError(
                f"The artifact of {asset.source} was damaged and cannot be built again as it was.",
                "The sources have changed meanwhile, or it cannot be written. Repeat the command.",
            )
