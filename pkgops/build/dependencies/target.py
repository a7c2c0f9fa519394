"""Which machine are a function's packages for? Its runtime and architecture decide, never the tool's own Python."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pkgops.errors import BuildError
from pkgops.runtimes import RUNTIMES, supported

MACHINES: Mapping[str, str] = {"arm64": "aarch64", "x86_64": "x86_64"}
# The newest platforms of uv whose wheels run with a glibc, by its minor version.
_WHEELS = {17: "manylinux_2_17", 26: "manylinux_2_17", 34: "manylinux_2_34"}


@dataclass(frozen=True, slots=True)
class Target:
    """``runtime`` is the Python that the function runs on in AWS ("3.12"); ``python`` the one its packages are for,
    which on stage local (``here``) is the tool's own. ``machine`` is "aarch64" or "x86_64", ``wheels`` uv's name of the
    platform of its Linux."""

    runtime: str
    python: str
    machine: str
    wheels: str
    here: bool = False

    def markers(self) -> dict[str, str]:
        """The environment that the markers of requirements are evaluated in."""
        if self.here:
            from packaging.markers import default_environment

            return {name: str(value) for name, value in default_environment().items()}
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": "posix",
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "linux",
        }


def target(runtime: str, architecture: str, *, local: bool) -> Target:
    """The target of a function. BuildError for a runtime that is no Python known here."""
    known = RUNTIMES.get(runtime)
    if known is None:
        raise BuildError(
            f"{runtime} is no Python runtime of AWS Lambda that pkgops knows.",
            f"Choose one of {', '.join(supported())}, or update pkgops.",
        )
    wheels = _WHEELS[known.glibc[1]]
    if local:
        own = f"{sys.version_info.major}.{sys.version_info.minor}"
        return Target(known.python, own, platform.machine(), wheels, here=True)
    return Target(known.python, known.python, MACHINES[architecture], wheels)


def target_of(function: Mapping[str, Any], logical_id: str, *, local: bool) -> Target:
    """The target of a function by its properties. BuildError names it."""
    architectures = function.get("Architectures") or ["x86_64"]
    try:
        return target(str(function.get("Runtime")), str(architectures[0]), local=local)
    except BuildError as error:
        raise BuildError(f"{logical_id}: {error.message}", error.hint) from None
    except KeyError:
        known = ", ".join(MACHINES)
        raise BuildError(f"{logical_id}: there is no architecture {architectures[0]!r}.", f"Use {known}.") from None
