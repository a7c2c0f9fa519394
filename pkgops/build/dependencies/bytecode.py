"""Which bytecode goes with a layer, so that a cold start need not compile it?

Lambda's file system is read-only: what is not compiled is compiled by every cold start anew. The files carry no check
of their source ("unchecked-hash"): it is in the same archive.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pkgops.build.dependencies import installer

MOUNTED = "/opt/python"  # where Lambda has a layer's packages, for tracebacks
_Module = tuple[str, str, str]  # Python's version, path, sha256


class Compiler:
    """Compiles the modules of layers, each once in a run: layers share most of theirs.

    The same sources give the same bytes: one process, a fixed hash seed, and no path of this machine."""

    def __init__(self) -> None:
        self._known: dict[_Module, bytes] = {}

    def compile_all(self, site: Path, python: str) -> bool:
        """Compiles the modules below ``site`` for Python ``python`` ("3.12"); False if there is no such interpreter.

        Modules that do not compile (for another Python, say) are left as they are."""
        interpreter = installer.find_python(python)
        if not interpreter:
            return False
        modules = {path: _identity(path, site, python) for path in sorted(site.rglob("*.py"))}
        for path, module in modules.items():
            if module in self._known:
                _write(_target(path, python), self._known[module])
        _run(interpreter, site, [path for path, module in modules.items() if module not in self._known])
        for path, module in modules.items():
            target = _target(path, python)
            if target.is_file():
                self._known[module] = target.read_bytes()
        return True


def compiled(site: Path) -> Iterator[Path]:
    """The files that `Compiler.compile_all` has written."""
    return site.rglob("__pycache__/*.pyc")


def _run(interpreter: str, site: Path, paths: list[Path]) -> None:
    command = [interpreter, "-s", "-S", "-m", "compileall", "-qq", "-f", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(site), "-p", MOUNTED, "-i", "-"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    listed = "".join(f"{path}\n" for path in paths)
    environment = {**kept, "PYTHONHASHSEED": "0"}
    subprocess.run(command, env=environment, input=listed, capture_output=True, text=True, check=False)


def _identity(path: Path, site: Path, python: str) -> _Module:
    return python, path.relative_to(site).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()


def _target(path: Path, python: str) -> Path:
    return path.parent / "__pycache__" / f"{path.stem}.cpython-{python.replace('.', '')}.pyc"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
