"""The wheel of this repository, built from the files git knows, as a clean clone has them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.repository import ROOT

UV = Path(sys.executable).with_name("uv")


def copy_sources(target: Path) -> Path:
    """Copies the files git knows, or would take in, to ``target``, which may have files."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in names:
        if name and not name.startswith(("tests/", "docs/")) and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    return target


def build(sources: Path, target: Path, *options: str) -> Path:
    """Builds what is in ``sources`` with the installed setuptools, without the network, and returns the wheel."""
    command = [str(UV), "build", "--offline", "--no-build-isolation", "--python", sys.executable, *options]
    done = subprocess.run(
        [*command, "--out-dir", str(target), str(sources)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = target.glob("*.whl")
    return wheel
