"""The console of one run: what it shows, and how its address reaches the browser."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from pkgops.cli.session import Session
from pkgops.config import find_stage
from pkgops.errors import ConfigError, RefusedError

if TYPE_CHECKING:
    from pkgops.config import Project

_PACKAGES = ("uvicorn", "starlette", "jinja2", "js_lib_htmx")
_INSTALL = "Install it: pip install 'pkgops[console]'"


def run_console(session: Session, port: int, allowed: str, *, opens: bool) -> None:
    """Serves until it is stopped. ConfigError without the packages it needs, RefusedError if ``allowed`` names a
    protected stage or another one. What is wrong with systems and the connection to the stage is told by the pages."""
    if missing := next((name for name in _PACKAGES if find_spec(name) is None), None):
        raise ConfigError(f"The console needs a package that is not here: {missing}.", _INSTALL)
    from pkgops.console.frame.later import Later
    from pkgops.console.frame.stage import ShownStage
    from pkgops.console.frame.systems import Systems
    from pkgops.console.server import serve

    systems = Systems(session.root, lambda: _systems(session))
    stage = find_stage(session.stage, session.root) or systems.get()[0].stage
    if allowed and stage.protected:
        raise RefusedError(f"Stage {stage.name} is protected: the console only shows it.", "Leave --allow-writes out.")
    if allowed and allowed != stage.name:
        raise RefusedError(f"--allow-writes names {allowed}, but the stage is {stage.name}.", "Name the same stage.")
    connection = Later(lambda: session.ports(systems.get()[0]))
    shown = ShownStage(stage, session.root, systems, connection, allowed)

    def opened(address: str) -> None:
        session.console.print_result({"address": address}, address)
        sys.stdout.flush()
        if opens and _has_desktop():
            import webbrowser

            webbrowser.open(address)

    serve(shown, port, opened)


def _systems(session: Session) -> tuple[Project, ...]:
    found = tuple(project for project, _ in session.targets((), all_systems=True))
    if not found:
        raise ConfigError("No system runs on this stage.", "List what there is: pkgops ls")
    return found


def _has_desktop() -> bool:
    """Without one, a browser in the terminal would be opened, over the address."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
