"""Which stacks had a system when it was last synthesized? Quick, and good enough for suggestions: nothing is built."""

from __future__ import annotations

from pathlib import Path

from pkgops.build.synth import SynthesizedStack
from pkgops.own_files import home, read_document


def last_stacks(root: Path, system: str, stage: str) -> list[SynthesizedStack]:
    """Of a project's directory; none if the system has not been synthesized for that stage."""
    kept = read_document(home(root) / "cache" / f"{system}-{stage}.synthesized.json")
    return [SynthesizedStack(**row) for row in kept["value"]] if kept is not None else []
