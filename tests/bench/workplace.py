"""Where does the benchmark work, so that nothing of the user's is touched?

In a copy of the project below a temporary directory, with its own ``.pkgops``, its own emulator on a free port, and
an environment without anybody's AWS configuration.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pkgops.local.client.emulator import Emulator
from pkgops.testing.deployed import free_port
from pkgops.testing.owner import owner
from tests.bench.measure import Command
from tests.emulator import ACCOUNT, REGION

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BIN = Path(sys.executable).parent
COPIED = ("pkgops", "templates", "handlers", "companions", "stages.toml")


class Workplace:
    """The copy in ``folder``; use as a context manager: the emulator is stopped at the end."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.port = free_port()
        _copy(self.project)
        self.emulator = Emulator.of(self.project, self.port)  # its files are in the project, which must be there
        stages = self.project / "stages.toml"
        stages.write_text(re.sub(r"(?m)^port = \d+$", f"port = {self.port}", stages.read_text(), count=1))

    def __enter__(self) -> Workplace:
        return self

    def __exit__(self, *_: object) -> None:
        self.emulator.down()

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """For both sides alike: the project's modules come from the copy, boto3 goes to the emulator."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PKGOPS_", "PYTHON"))}
        return (
            kept
            | owner()
            | {
                "PYTHONPATH": f"{self.project}:{self.scratch}",
                "NO_COLOR": "1",
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
                "AWS_DEFAULT_REGION": REGION,
                "AWS_ACCESS_KEY_ID": ACCOUNT,
                "AWS_SECRET_ACCESS_KEY": self.emulator.credentials().secret,
            }
        )

    def pkgops(self, *arguments: str) -> Command:
        """The tool as users start it."""
        return self._command([str(BIN / "pkgops"), *arguments], f"pkgops-{arguments[0].strip('-')}")

    def python(self, *arguments: str) -> Command:
        """A Python program in the same environment."""
        return self._command([str(BIN / "python"), *arguments], "python")

    def floor(self, name: str, *arguments: str) -> Command:
        """A program of tests/bench/floors."""
        return self._command([str(BIN / "python"), str(HERE / "floors" / f"{name}.py"), *arguments], f"floor-{name}")

    def read(self, name: str) -> Any:
        """A JSON file of the scratch directory."""
        return json.loads((self.scratch / name).read_text(encoding="utf-8"))

    def write(self, name: str, value: Any) -> Path:
        """Writes a JSON file to the scratch directory."""
        path = self.scratch / name
        path.write_text(json.dumps(value), encoding="utf-8")
        return path

    def artifact(self, key: str) -> Path:
        """The file of an artifact's key."""
        return self.project / ".pkgops" / "artifacts" / Path(key).name

    def _command(self, arguments: list[str], name: str) -> Command:
        return Command(arguments, self.project, self.environment, self.scratch / f"{name}.out")


def _copy(target: Path) -> None:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *COPIED]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in filter(lambda one: (ROOT / one).is_file(), names):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
