"""A shell in which other AWS clients have what ``pkgops local env`` prints, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.testing.owner import owner
from tests.emulator import free_port

BIN = Path(sys.executable).parent
SYSTEM = """
from dataclasses import dataclass
from pkgops.model import System

@dataclass(frozen=True)
class Settings:
    pass

SYSTEM = System("empty", "Empty", (), Settings, {}, lambda *_: [], lambda _: {})
"""
Run = Callable[[str], str]


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose emulator runs and that deploys nothing itself."""
    root = tmp_path_factory.mktemp("clients")
    port = free_port()
    (root / "templates" / "empty").mkdir(parents=True)
    (root / "templates" / "empty" / "__init__.py").write_text(SYSTEM)
    (root / "stages.toml").write_text(f'[local]\nregion = "us-east-1"\nport = {port}\n')
    emulator = Emulator.of(root, port)
    emulator.up()
    yield root
    emulator.down()


@pytest.fixture(scope="session")
def run(workplace: Path) -> Run:
    """``run("aws s3 ls")``: a line of a shell that has taken over the variables; what it prints. It knows no other
    configuration of AWS."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PKGOPS_"))}
    clean |= owner() | {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(workplace), "CI": "true"}

    def line(text: str) -> str:
        script = f'set -eu\nvariables=$(pkgops local env)\neval "$variables"\n{text}'
        done = subprocess.run(
            ["bash", "-c", script], cwd=workplace, env=clean, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return line
