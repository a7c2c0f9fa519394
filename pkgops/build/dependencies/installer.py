"""How do pinned packages get into a directory? uv installs their wheels for the target, with hashes checked."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pkgops.build.dependencies.programs import run
from pkgops.build.dependencies.target import Target

_NOT_PINNED = ("--require-hashes", "Hash-checking is required")  # in uv's reasons


def install(wanted: Sequence[str], constraints: Path, target: Target, scratch: Path) -> str:
    """Installs requirements ("pyjwt[crypto]==2.10.1") and all they need, as constrained, into ``scratch``/python.

    Returns what uv complains about, "" if nothing."""
    return _run([*_listed(wanted, scratch), "--constraint", str(constraints)], target, scratch)


def install_alone(wanted: Sequence[str], target: Target, scratch: Path) -> str:
    """As `install`, without what they need. ``wanted`` have their hashes."""
    return _run([*_listed(wanted, scratch), "--no-deps"], target, scratch)


def is_about_pins(reason: str) -> bool:
    """Whether uv complains about what is not pinned."""
    return any(text in reason for text in _NOT_PINNED)


@cache
def find_python(version: str) -> str:
    """An interpreter of that version on this machine; "" if there is none. Nothing is downloaded."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    command = [_uv(), "python", "find", version, "--no-python-downloads", "--no-project", "--system"]
    code, output, _ = run(command)
    return output.strip() if not code else ""


def _listed(wanted: Sequence[str], scratch: Path) -> list[str]:
    listed = scratch / "wanted.txt"
    listed.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    return ["--requirement", str(listed)]


def _run(arguments: Sequence[str], target: Target, scratch: Path) -> str:
    command = [_uv(), "pip", "install", "--quiet", "--link-mode=copy", "--only-binary=:all:", "--require-hashes"]
    command += ["--target", str(scratch / "python"), *arguments]
    if target.here:
        command += ["--python", sys.executable]
    else:
        command += [f"--python-platform={target.machine}-{target.wheels}", f"--python-version={target.python}"]
    code, _, reason = run(command)
    return "\n".join(reason.strip().splitlines()[-12:]) or "uv failed." if code else ""


def _uv() -> str:
    sibling = Path(sys.executable).with_name("uv")
    return str(sibling) if sibling.is_file() else "uv"
