"""Which bytecode goes with a layer, so that a cold start need not compile it?

Lambda's file system is read-only: what is not compiled is compiled by every cold start anew. The files carry no check
of their source ("unchecked-hash"): it is in the same archive.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pkgops.build.dependencies import installer, programs

MOUNTED = "/opt/python"  # where Lambda has a layer's packages, for tracebacks
_Module = tuple[str, str, str]  # Python's version, path, sha256


class Compiler:
    """Compiles the modules of layers, each once in a run: layers share most of theirs.

    The same sources give the same bytes: one process, a fixed hash seed, and no path of this machine."""

    def __init__(self) -> None:
        self._known: dict[_Module, bytes | None] = {}

    def compile_all(self, site: Path, python: str) -> dict[str, bytes] | None:
        """The bytecode of the modules below ``site`` for Python ``python`` ("3.12"), by the path below ``site`` that
        Python looks for it at; None if there is no such interpreter. Modules that do not compile (for another Python,
        say) have none."""
        interpreter = installer.find_python(python)
        if not interpreter:
            return None
        sources = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*.py"))}
        wanted = {name: _identity(name, path.read_bytes(), python) for name, path in sources.items()}
        fresh = {name: module for name, module in wanted.items() if module not in self._known}
        _run(interpreter, site, [site / name for name in fresh])
        for name, module in fresh.items():
            made = site / _target(name, python)
            self._known[module] = made.read_bytes() if made.is_file() else None
        found = {_target(name, python): self._known[module] for name, module in wanted.items()}
        return {name: body for name, body in found.items() if body is not None}


def _run(interpreter: str, site: Path, paths: list[Path]) -> None:
    if not paths:
        return
    command = [interpreter, "-s", "-S", "-m", "compileall", "-qq", "-f", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(site), "-p", MOUNTED, "-i", "-"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    listed = "".join(f"{path}\n" for path in paths)
    programs.run(command, listed, {**kept, "PYTHONHASHSEED": "0"})


def _identity(name: str, source: bytes, python: str) -> _Module:
    return python, name, hashlib.sha256(source).hexdigest()


def _target(name: str, python: str) -> str:
    folder, slash, file = name.rpartition("/")
    return f"{folder}{slash}__pycache__/{file.removesuffix('.py')}.cpython-{python.replace('.', '')}.pyc"
