"""Lambda layers of third-party packages.

uv installs the pinned wheels for the Lambda's platform and Python (on stage local for this machine's) into a
directory; what only an installer needs is left out, the rest is zipped under ``python/``.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pkgops.build.archive import build_zip
from pkgops.build.import_closure import PINS
from pkgops.errors import BuildError

# Amazon Linux 2023, under every Lambda Python from 3.12, has glibc 2.34.
_MANYLINUX = "manylinux_2_34"
_MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
_ELF = {"aarch64": 183, "x86_64": 62}  # e_machine in the ELF header
_EXCLUDED = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", ".lock"}
UNZIPPED_LIMIT = 262_144_000  # bytes: code and layers together, AWS Lambda quota


@dataclass(frozen=True, slots=True)
class Target:
    """The interpreter a layer is for: Python version ("3.12") and machine ("aarch64"); ``here``: this interpreter."""

    python: str
    machine: str
    here: bool = False


def layer_target(runtime: str, architecture: str, local: bool) -> Target:
    """The target for a function's runtime and architecture; on stage local always this machine."""
    if local:
        return Target(f"{sys.version_info.major}.{sys.version_info.minor}", platform.machine(), here=True)
    return Target(runtime.removeprefix("python"), _MACHINES[architecture])


def build_layer(root: Path, requirements: Sequence[str], wanted: Target, store: Path) -> tuple[str, Path]:
    """Installs ``requirements`` with the project's pins and zips them; returns sha256 and path."""
    with tempfile.TemporaryDirectory(prefix="pkgops-layer-") as scratch:
        site = Path(scratch) / "python"
        _install(root, requirements, wanted, Path(scratch))
        files = [(f"python/{path.relative_to(site).as_posix()}", path) for path in _content(site)]
        _require_usable(files, requirements, wanted)
        return build_zip(files, store)


def _install(root: Path, requirements: Sequence[str], wanted: Target, scratch: Path) -> None:
    listed = scratch / "wanted.txt"
    listed.write_text("\n".join(requirements) + "\n", encoding="utf-8")
    command = [_uv(), "pip", "install", "--quiet", "--link-mode=copy", "--only-binary=:all:"]
    command += [
        "--target",
        str(scratch / "python"),
        "--requirement",
        str(listed),
        "--constraint",
        str(root / PINS),
    ]
    command += ["--python", sys.executable] if wanted.here else _platform(wanted)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = "\n".join(line for line in done.stderr.strip().splitlines()[-12:])
        raise BuildError(
            f"No layer of {', '.join(requirements)} for Python {wanted.python} on {wanted.machine}:\n{reason}",
            f"Check {PINS} (make pins) and that wheels exist for that platform.",
        )


def _platform(wanted: Target) -> list[str]:
    return [f"--python-platform={wanted.machine}-{_MANYLINUX}", f"--python-version={wanted.python}"]


def _uv() -> str:
    sibling = Path(sys.executable).with_name("uv")
    return str(sibling) if sibling.is_file() else "uv"


def _content(site: Path) -> Iterator[Path]:
    for path in sorted(site.rglob("*")):
        inside = path.relative_to(site)
        if not path.is_file() or path.name in _EXCLUDED:
            continue
        if "__pycache__" in inside.parts or inside.parts[0] == "bin":
            continue
        yield path


def _require_usable(files: Sequence[tuple[str, Path]], requirements: Sequence[str], wanted: Target) -> None:
    size = sum(path.stat().st_size for _, path in files)
    if size > UNZIPPED_LIMIT:
        raise BuildError(
            f"The layer of {', '.join(requirements)} is {size / 1e6:.0f} MB; AWS Lambda accepts 250 MiB unzipped.",
            "Remove a package, or split the function.",
        )
    for name, path in files:
        if path.suffix == ".so" and _machine(path) not in {_ELF.get(wanted.machine), None}:
            raise BuildError(f"{name} is not built for {wanted.machine}.", "Pin a version with a wheel for it.")


def _machine(path: Path) -> int | None:
    with path.open("rb") as file:
        header = file.read(20)
    return int.from_bytes(header[18:20], "little") if header[:4] == b"\x7fELF" else None
