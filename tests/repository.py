"""The repository: where it is, its systems, and projects with them in other directories."""

from __future__ import annotations

from pathlib import Path

from pkgops import project
from pkgops.model import System

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden"
SYSTEMS = project.systems(ROOT)
DEFAULT = '[project]\ndefault_system = "pkgwatch"\n'


def load_system(key: str) -> System:
    """One of the shipped systems."""
    return project.load_system(ROOT, key)


def link_project(root: Path, stages: str | None = None) -> Path:
    """Makes ``root`` a project with this repository's systems; ``stages`` are the tables of its ``stages.toml``
    (None: the repository's)."""
    for name in ("templates", "handlers", "companions", "sites"):
        if not (root / name).exists():
            (root / name).symlink_to(ROOT / name)
    text = (ROOT / "stages.toml").read_text(encoding="utf-8") if stages is None else DEFAULT + stages
    (root / "stages.toml").write_text(text, encoding="utf-8")
    return root
