"""Import closures of a project's handlers, as the packager sees them for the runtime of the shipped systems."""

from __future__ import annotations

from pathlib import Path

from pkgops.build.dependencies.distributions import Distributions
from pkgops.build.dependencies.pins import Pins
from pkgops.build.dependencies.target import target
from pkgops.build.import_closure import ImportClosures
from pkgops.build.source_files import SourceTree


def closures(root: Path, runtime: str = "python3.12") -> ImportClosures:
    """Those of the project at ``root`` on this machine."""
    wanted = target(runtime, "arm64", local=True)
    return ImportClosures(SourceTree(root, "handlers"), Distributions(Pins(root), wanted, {}), wanted.runtime)
