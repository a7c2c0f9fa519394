"""Where do other tools come from? From npm and PyPI, into a folder that only this comparison knows."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.measure import BenchmarkError
from tests.bench.peers.versions import CDK, PYTHON

UV = Path(sys.executable).with_name("uv")
DONE = "installed.json"


def installed(folder: Path) -> Path:
    """A folder with their programs, installed into ``folder`` unless these versions are there. BenchmarkError where
    they cannot be."""
    programs, wanted = folder / "bin", {"npm": list(CDK), **PYTHON}
    if (folder / DONE).exists() and json.loads((folder / DONE).read_text(encoding="utf-8")) == wanted:
        return programs
    if shutil.which("npm") is None:
        raise BenchmarkError("npm is not installed, which the CDK comes with; Node.js 20 or newer has it.")
    shutil.rmtree(folder, ignore_errors=True)
    programs.mkdir(parents=True)
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    _run(folder, ["npm", "install", "--silent", "--no-audit", "--no-fund", *CDK])
    (programs / "cdk").symlink_to(folder / "node_modules" / ".bin" / "cdk")
    for name, package in PYTHON.items():
        made = folder / name
        _run(folder, [str(UV), "venv", "--quiet", "--python", sys.executable, str(made)])
        python = str(made / "bin" / "python")
        _run(folder, [str(UV), "pip", "install", "--quiet", "--compile-bytecode", "--python", python, package])
        (programs / name).symlink_to(made / "bin" / name)
    (folder / DONE).write_text(json.dumps(wanted), encoding="utf-8")
    return programs


def _run(folder: Path, command: Sequence[str]) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
