"""The program in a process of its own, on a project with one system."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from pkgops.testing.owner import owner
from tests.canary import listen
from tests.pkgops.deploy.states.conftest import ROOT, World

SYSTEM = """
from dataclasses import dataclass
from pkgops.model import Stack, System

@dataclass(frozen=True)
class Settings:
    stately_provider: str = ""
    stately_switch: str = ""
    stately_version: str = "1"

SYSTEM = System(
    key="stately", title="Stately", stacks=(Stack("thing", "Stately"),), settings=Settings, environments={},
    check=lambda stage, settings: [], tags=lambda stage: {"Project": "Stately"},
)
"""
STACK = """
from troposphere import AWSObject, sqs

PADDING = "x" * 60_000  # too large for a request: the template is a file to upload

class Thing(AWSObject):
    resource_type = "Custom::Thing"
    props = {name: (str, True) for name in ("ServiceToken", "Switch", "Version")}

def build(scope):
    settings = scope.settings
    thing = {"ServiceToken": settings.stately_provider, "Switch": settings.stately_switch}
    scope.add(Thing("Thing", Version=settings.stately_version, **thing))
    scope.add(sqs.Queue("Queue", DependsOn="Thing", Metadata={"Padding": PADDING}))
    scope.output("Version", settings.stately_version)
"""
NAME = "Stately-local"


def furnish(root: Path, port: int) -> None:
    """Stages, and the repository's list of systems with the stately one in their place."""
    (root / "stages.toml").write_text(f'[local]\nregion = "us-east-1"\nport = {port}\n')
    templates = root / "templates"
    if templates.exists():
        return
    (templates / "stately").mkdir(parents=True)
    (root / "handlers").symlink_to(ROOT / "handlers")
    (templates / "stately" / "__init__.py").write_text(SYSTEM)
    (templates / "stately" / "thing.py").write_text(STACK)


class Program:
    """``pkgops`` in the project of a world; temporary files go to ``scratch``."""

    def __init__(self, root: Path, world: World, scratch: Path) -> None:
        self.root = root
        self.world = world
        self.scratch = scratch
        self.arguments: tuple[str, ...] = ()
        scratch.mkdir()

    def start(self, *args: str, version: int = 1) -> subprocess.Popen[str]:
        """A running command."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PKGOPS_", "AWS_"))}
        environment |= {"PYTHONPATH": f"{self.root}:{ROOT}", "TMPDIR": str(self.scratch)}
        environment |= {"STATELY_PROVIDER": self.world.provider, "STATELY_SWITCH": str(self.world.switch)}
        environment |= {"STATELY_VERSION": str(version), **owner()}
        self.arguments = args
        command = [sys.executable, "-m", "pkgops.cli", *args]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.root, env=environment, text=True, **streams)

    def ended(self, process: subprocess.Popen[str]) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command that ends by itself."""
        try:
            out, err = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        listen(self.arguments, out, err)
        return process.returncode, out, err

    def until(self, process: subprocess.Popen[str], status: str) -> None:
        """Waits until the stack is in a state the command brings it to."""
        while self.world.status != status:
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)

    def signalled(self, process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
        """The end of a command that gets a signal."""
        process.send_signal(number)
        return self.ended(process)
