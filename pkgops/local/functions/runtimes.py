"""How a function's process is started: by its runtime's own bootstrap, in the interpreter of this machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pkgops.local.functions import bootstrap
from pkgops.local.home import HOME_VARIABLE, Home

PYTHON, NODE = "python", "nodejs"
RUN_HERE = (PYTHON, NODE)
_NODE_BOOTSTRAP = Path(bootstrap.__file__).with_suffix(".mjs")
_HEAP = 0.9  # of the memory, as on AWS


def runs_here(config: Mapping[str, Any]) -> bool:
    """Whether the function is run by a bootstrap of ours."""
    return str(config.get("Runtime", "")).startswith(RUN_HERE)


def command(config: Mapping[str, Any], memory: int, *, debugged: bool = False) -> list[str]:
    """What starts the process of a function with so much ``memory`` in MB. RuntimeError if its interpreter is not
    here."""
    if is_python(config):
        unfrozen = ["-X", "frozen_modules=off"] if debugged else []  # a debugger does not see into frozen ones
        return [sys.executable, "-I", "-S", "-B", *unfrozen, bootstrap.__file__]
    node = shutil.which("node")
    if node is None:
        raise RuntimeError(f"There is no node on the path of the emulator, which runs {config.get('FunctionName')}")
    return [node, f"--max-old-space-size={int(memory * _HEAP)}", str(_NODE_BOOTSTRAP)]


def variables(config: Mapping[str, Any], layers: list[Path]) -> dict[str, str]:
    """What a runtime needs in the environment: where Node.js finds packages of ``layers``, and whom it trusts besides
    others, so that a function may ask what the emulator serves over TLS."""
    if is_python(config):
        return {}
    found = {"NODE_PATH": os.pathsep.join(str(path / "nodejs" / "node_modules") for path in layers)} if layers else {}
    certificate = Home(Path(os.environ[HOME_VARIABLE])).certificate if os.environ.get(HOME_VARIABLE) else None
    if certificate is not None and certificate.is_file():
        found["NODE_EXTRA_CA_CERTS"] = str(certificate)
    return found


def packages(config: Mapping[str, Any], layers: list[Path]) -> list[str]:
    """Where Python finds the packages of ``layers``."""
    path: list[str] = []
    for layer in layers if is_python(config) else []:
        python = layer / "python"
        path += [str(found) for found in sorted(python.glob("lib/python3.*/site-packages"))]
        path.append(str(python))
    return path


def is_python(config: Mapping[str, Any]) -> bool:
    """Whether the function is written in Python."""
    return str(config.get("Runtime", "")).startswith(PYTHON)
