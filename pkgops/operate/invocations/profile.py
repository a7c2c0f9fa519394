"""Where do a cold and a warm call of a function spend their time? Measured in its process, on stage local."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pkgops import own_files
from pkgops.build.functions import Function
from pkgops.config import Project
from pkgops.errors import UsageError
from pkgops.local.inspection import Inspection, inspected
from pkgops.operate.invoke import InvokeResult, invoke
from pkgops.ports.functions import Functions


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds: of the whole, of imports by package (each without those it imports), and of calls to AWS by service and
    operation ("DynamoDB Query")."""

    seconds: float
    imports: Mapping[str, float]
    calls: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Profile:
    """``start`` is what a new process takes before its first invocation, ``cold`` that invocation, ``warm`` the next
    one with the same event; ``result`` is what the warm one returned."""

    function: str
    start: Measured
    cold: Measured
    warm: Measured
    result: InvokeResult


def profile(project: Project, function: Function, event: bytes, port: Functions) -> Profile:
    """Invokes the function twice, in a new process. UsageError on another stage than local, and for a function that
    does not start or is not written in Python."""
    if not project.stage.local:
        raise UsageError(f"A function is profiled on stage local only, not on {project.stage.name}.", "")
    home = own_files.home(project.root) / "local"
    with tempfile.TemporaryDirectory() as folder:
        wanted = Inspection(function.name, os.getpid(), profile=str(Path(folder) / "rows"))
        with inspected(home, wanted):
            invoke(function, event, port)
            result = invoke(function, event, port)
        path = Path(wanted.profile)
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    if len(rows) < 3:
        raise UsageError(
            f"{function.short} was not measured: it does not start, or is not written in Python.",
            "See what it says: pkgops invoke without --profile",
        )
    start, cold, warm = map(_measured, rows[:3])
    return Profile(function.short, start, cold, warm, result)


def _measured(row: Mapping[str, Any]) -> Measured:
    calls: dict[str, float] = {}
    for service, operation, seconds in row["calls"]:
        calls[f"{service} {operation}"] = calls.get(f"{service} {operation}", 0.0) + seconds
    return Measured(row["seconds"], _sorted(row["imports"]), _sorted(calls))


def _sorted(values: Mapping[str, float]) -> dict[str, float]:
    return dict(sorted(values.items(), key=lambda one: -one[1]))
