"""The console of one run: what it shows, and how its address reaches the browser."""

from __future__ import annotations

import os
import sys

from pkgops.cli.session import Session
from pkgops.errors import ConfigError, RefusedError

_INSTALL = "Install it: pip install 'pkgops[console]'"


def run_console(session: Session, port: int, allowed: str, *, opens: bool) -> None:
    """Serves until it is stopped. ConfigError without the packages it needs, and if no system runs on the stage;
    RefusedError if ``allowed`` names a protected stage or another one."""
    try:
        from pkgops.console.server import serve
    except ModuleNotFoundError as error:
        raise ConfigError(f"The console needs a package that is not here: {error.name}.", _INSTALL) from None
    from pkgops.console.frame.stage import ShownStage

    projects = tuple(project for project, _ in session.targets((), all_systems=True))
    if not projects:
        raise ConfigError("No system runs on this stage.", "List what there is: pkgops ls")
    stage = projects[0].stage
    if allowed and stage.protected:
        raise RefusedError(f"Stage {stage.name} is protected: the console only shows it.", "Leave --allow-writes out.")
    if allowed and allowed != stage.name:
        raise RefusedError(f"--allow-writes names {allowed}, but the stage is {stage.name}.", "Name the same stage.")
    shown = ShownStage(projects, session.ports(projects[0]), allowed)

    def opened(address: str) -> None:
        session.console.print_result({"address": address}, address)
        sys.stdout.flush()
        if opens and _has_desktop():
            import webbrowser

            webbrowser.open(address)

    serve(shown, port, opened)


def _has_desktop() -> bool:
    """Without one, a browser in the terminal would be opened, over the address."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
