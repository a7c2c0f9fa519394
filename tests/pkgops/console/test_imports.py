"""What other commands pay for the console: nothing."""

from __future__ import annotations

import subprocess
import sys

from tests.repository import ROOT

SCRIPT = """
import sys
from importlib import import_module
from pkgops.cli.main import _FOLDERS, COMMANDS
for name in COMMANDS:
    import_module(f"pkgops.cli.commands.{_FOLDERS[name]}.{name.replace('-', '_')}")
print(sorted({name.partition(".")[0] for name in sys.modules} & {"starlette", "jinja2", "uvicorn", "anyio"}))
print(sorted(name for name in sys.modules if name.startswith("pkgops.console")))
"""


def test_no_command_imports_it_before_it_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split("\n")[:2] == ["[]", "[]"]
