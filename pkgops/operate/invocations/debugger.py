"""How does a debugger attach to a function on stage local?"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pkgops import own_files
from pkgops.build.functions import Function
from pkgops.config import Project
from pkgops.errors import RefusedError, UsageError
from pkgops.local.inspection import Inspection, code_folder, inspected, port_of

LAUNCH = ".vscode/launch.json"


@contextmanager
def debuggable(project: Project, function: Function, *, wait: bool = False) -> Iterator[Inspection]:
    """Lets a debugger attach to the function's next process; if ``wait``, the function waits for it before its first
    line. UsageError on another stage, for a function that is not written in Python, and without debugpy."""
    if not project.stage.local:
        raise UsageError(f"A debugger attaches on stage local only, not on {project.stage.name}.", "Leave out --stage.")
    if not function.handler.endswith(".py"):
        raise UsageError(f"{function.short} is no Python file of the project.", "Debug another function.")
    if find_spec("debugpy") is None:
        raise UsageError("debugpy is not installed.", "Install it: pip install 'pkgops[debug]'")
    wanted = Inspection(function.name, os.getpid(), port_of(function.name), wait)
    with inspected(_home(project), wanted):
        yield wanted


def attach_text(project: Project, function: Function, *, written: bool = False) -> str:
    """How editors attach; ``written``: VS Code's file has it already."""
    port, code = port_of(function.name), code_folder(_home(project), function.name)
    entry = f"Run and Debug, {_name(function)}"
    return (
        f"{function.short}: a debugger attaches to 127.0.0.1:{port}.\n"
        f"  VS Code: {entry if written else f'--write-launch adds it to {LAUNCH}; then {entry}'}.\n"
        f"  PyCharm, and others that speak the debug adapter protocol: attach to 127.0.0.1:{port}, path mapping "
        f"{project.root} = {code}"
    )


def write_launch(project: Project, functions: list[Function]) -> Path:
    """Adds how to attach to VS Code's file, and leaves everything else in it as it is. RefusedError if it holds what
    is no plain JSON, comments for example."""
    path = project.root / LAUNCH
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    try:
        document = json.loads(text) if text.strip() else {"version": "0.2.0"}
        before = list(document.get("configurations", []))
    except (ValueError, AttributeError, TypeError):
        entries = json.dumps([_entry(project, one) for one in functions], indent=2)
        raise RefusedError(
            f"{LAUNCH} is no plain JSON; it was not changed.", f"Add this to its configurations yourself:\n{entries}"
        ) from None
    ours = {_name(one) for one in functions}
    kept = [one for one in before if not (isinstance(one, dict) and one.get("name") in ours)]
    document["configurations"] = [*kept, *(_entry(project, one) for one in functions)]
    own_files.write_atomically(path, (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())
    return path


def _entry(project: Project, function: Function) -> dict[str, Any]:
    remote = str(code_folder(_home(project), function.name))
    return {
        "name": _name(function),
        "type": "debugpy",
        "request": "attach",
        "connect": {"host": "127.0.0.1", "port": port_of(function.name)},
        "pathMappings": [{"localRoot": "${workspaceFolder}", "remoteRoot": remote}],
        "justMyCode": True,
    }


def _name(function: Function) -> str:
    return f"pkgops: {function.short}"


def _home(project: Project) -> Path:
    return own_files.home(project.root) / "local"
