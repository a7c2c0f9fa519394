"""Lambda layers of third-party packages.

The pinned wheels for the Lambda's platform and Python (on stage local for this machine's) are installed into a
directory; what only an installer needs is left out, the rest is zipped under ``python/`` with its bytecode.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pkgops.build.archive import Deflated, build_zip
from pkgops.build.dependencies import installer
from pkgops.build.dependencies.bytecode import Compiler
from pkgops.build.dependencies.pins import PINS, Line, Pins
from pkgops.build.dependencies.target import Target
from pkgops.errors import BuildError

_ELF = {"aarch64": 183, "x86_64": 62}  # e_machine in the ELF header
_EXCLUDED = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", ".lock"}
UNZIPPED_LIMIT = 262_144_000  # bytes: code and layers together, AWS Lambda quota
# Packages larger than this are left without bytecode, which would double them: code and other layers need room, too.
COMPILED_LIMIT = UNZIPPED_LIMIT // 4


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer's zip, named by its sha256. ``compiled`` is False where bytecode is missing for want of the target's
    Python."""

    path: Path
    compiled: bool


def build_layer(
    pins: Pins,
    requirements: Sequence[str],
    wanted: Target,
    store: Path,
    compiler: Compiler | None = None,
    deflated: Deflated | None = None,
) -> Layer:
    """Installs ``requirements`` ("httpx", "pyjwt[crypto]") with the project's pins and zips them into ``store``."""
    with tempfile.TemporaryDirectory(prefix="pkgops-layer-") as scratch:
        site = Path(scratch) / "python"
        _install(pins, requirements, wanted, Path(scratch))
        files = _named(site, _content(site))
        _require_usable(files, requirements, wanted)
        small = sum(path.stat().st_size for _, path in files) < COMPILED_LIMIT
        made = (compiler or Compiler()).compile_all(site, wanted.python) if small else None
        bytecode = [(f"python/{name}", partial(bytes, body)) for name, body in (made or {}).items()]
        _, path = build_zip([*((name, path.read_bytes) for name, path in files), *bytecode], store, deflated)
        return Layer(path, made is not None or not small)


def _install(pins: Pins, requirements: Sequence[str], wanted: Target, scratch: Path) -> None:
    markers = wanted.markers()
    lines = [_pinned(pins.pin(key.partition("[")[0], markers), key) for key in requirements]
    reason = installer.install(lines, pins.root / PINS, wanted, scratch)
    if reason:
        what = f"{', '.join(requirements)} for Python {wanted.python} on {wanted.machine}"
        if installer.is_about_pins(reason):
            raise BuildError(f"Not everything is pinned that {what} needs:\n{reason}", f"Run: {pins.command}")
        raise BuildError(
            f"No layer of {what}:\n{reason}",
            f"Check {PINS} ({pins.command}) and that wheels exist for that platform ({wanted.wheels}).",
        )


def _pinned(pin: Line | None, key: str) -> str:
    """The exact requirement: "pyjwt[crypto]==2.10.1"; the plain name if there is no pin, which uv then says."""
    if pin is None:
        return key
    return f"{key} @ {pin.requirement.url}" if pin.requirement.url else f"{key}{pin.requirement.specifier}"


def _named(site: Path, paths: Iterator[Path]) -> list[tuple[str, Path]]:
    return [(f"python/{path.relative_to(site).as_posix()}", path) for path in sorted(paths)]


def _content(site: Path) -> Iterator[Path]:
    for path in site.rglob("*"):
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
