"""The build cache: results of earlier builds, each with a fingerprint of everything it was made from.

A result is a file under ``.pkgops/cache``. Its fingerprint covers the sources of templates and handlers, the stage,
the settings, the tool's own sources and the installed distributions, so that nothing stale is ever read.
"""

from __future__ import annotations

import hashlib
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pkgops.build.node.app_build import current
from pkgops.build.source_files import fingerprint
from pkgops.config import Project
from pkgops.own_files import keep_document, read_document

PACKAGE = Path(__file__).parents[1]
# The parts of pkgops that affect the result of a build. A test compares them with everything that a build imports.
TOOL = (
    *(
        "__init__.py",
        "config.py",
        "declarations.py",
        "errors.py",
        "events.py",
        "intrinsics.py",
        "model.py",
        "own_files.py",
        "project.py",
    ),
    *("runtimes.py", "scope.py", "secret_rules.py", "seeds.py"),
    *("stage_names.py", "template_errors.py", "text_file.py", "wording.py"),
    *("bootstrap", "build", "checks", "kit"),
)


class BuildCache:
    """The results of one system on one stage, a file a kind; ``extra`` is what a kind depends on alone."""

    def __init__(self, project: Project) -> None:
        self._base = project.home / "cache" / f"{project.system.key}-{project.stage.name}"
        self._inputs = _inputs(project)

    @property
    def content(self) -> str:
        """The fingerprint of all that templates are made from."""
        return self._inputs

    def read(self, kind: str, extra: str = "") -> Any:
        """The result that was written with the same inputs, None if there is none."""
        kept = read_document(self._path(kind))
        return kept["value"] if kept is not None and kept["inputs"] == self._fingerprint(extra) else None

    def write(self, kind: str, value: Any, extra: str = "") -> None:
        """Keeps a JSON value."""
        keep_document(self._path(kind), {"inputs": self._fingerprint(extra), "value": value})

    def _path(self, kind: str) -> Path:
        return self._base.with_name(f"{self._base.name}.{kind}.json")

    def _fingerprint(self, extra: str) -> str:
        return hashlib.sha256(f"{self._inputs}\n{extra}".encode()).hexdigest()


def tool_fingerprint(package: Path = PACKAGE) -> str:
    """The fingerprint of the tool's own sources, in the directory ``package``."""
    return " ".join(fingerprint(package / name) for name in TOOL)


def _inputs(project: Project) -> str:
    app = current(project)
    parts = [
        app.content if app else "",
        fingerprint(project.root / "templates"),
        tool_fingerprint(),
        repr(project.stage),
        repr(project.settings),
        sys.version,
        *distributions(),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def distributions() -> list[str]:
    """The distributions installed next to troposphere, each by the name of its directory, which holds its version."""
    library = find_spec("troposphere")
    site = Path(library.origin).parents[1] if library and library.origin else None
    return sorted(path.name for path in site.glob("*.dist-info")) if site else []
