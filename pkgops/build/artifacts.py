"""What a build results in: templates without placeholders, and the artifacts they refer to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pkgops.build.synth import SynthesizedStack


@dataclass(frozen=True, slots=True)
class Asset:
    """A file for the artifact bucket. ``key`` is its object key, ``path`` the local file, ``size`` bytes; ``source`` is
    the handler's path or the requirements of a layer, ``unzipped`` the bytes of what it holds."""

    key: str
    path: Path
    size: int
    source: str
    unzipped: int = 0


@dataclass(frozen=True, slots=True)
class PackagedSystem:
    """Templates with all placeholders replaced, and the assets they refer to."""

    stacks: tuple[SynthesizedStack, ...]
    assets: tuple[Asset, ...]
