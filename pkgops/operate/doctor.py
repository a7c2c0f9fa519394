"""Is everything here that the tool needs?"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pkgops.errors import PkgopsError

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.model import Stage
    from pkgops.ports.ports import Ports

State = Literal["ok", "warn", "fail"]
Connect = Callable[["Stage", "str | None"], "Ports"]

_OLDEST = (3, 11)
_INSTALL = "pip install 'pkgops[local]'"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: what was looked at, how it stands, what was found, what to do about it."""

    name: str
    state: State
    found: str
    remedy: str = ""


def doctor(
    stage: str | None = None,
    system: str | None = None,
    start: Path | None = None,
    connect: Connect | None = None,
) -> list[Check]:
    """Every check in a fixed order, those that wait at once. Never raises; reads only, starts nothing.

    ``stage`` and ``system`` as on the command line, ``start`` where to look for the project, ``connect`` makes
    the ports of a stage and endpoint (default: AWS)."""
    checks: list[tuple[str, Callable[[], Check]]] = [("Python", _python), ("uv", _uv), ("git", _git)]
    try:
        project = _project(stage, system, start)
    except PkgopsError as error:
        return [*_together(checks), Check("Project", "fail", error.message, error.hint)]
    checks.append(("Project", partial(_configured, project)))
    checks.append(("Settings", partial(_settings, project)))
    checks.append(("Emulator package", partial(_package, project)))
    if project.stage.local:
        checks.append(("Emulator", partial(_emulator, project)))
    else:
        checks += _account_checks(project, connect or _aws)
    return _together(checks)


def _together(checks: Iterable[tuple[str, Callable[[], Check]]]) -> list[Check]:
    """Runs the checks at once; whatever one of them raises is its result."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda named: _guarded(*named), checks))


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except PkgopsError as error:
        return Check(name, "fail", error.message, error.hint)
    except Exception as error:  # a report with one odd line helps more than none
        return Check(name, "fail", f"{type(error).__name__}: {error}", "This check itself is broken; report it.")


def _python() -> Check:
    found = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info < _OLDEST:
        return Check("Python", "fail", found, "Use Python 3.11 or later.")
    return Check("Python", "ok", found)


def _uv() -> Check:
    beside = Path(sys.executable).with_name("uv")
    path = str(beside) if beside.is_file() else shutil.which("uv")
    if path is None:
        return Check("uv", "fail", "not found", "Install it: pip install uv (it packages the dependencies).")
    return Check("uv", "ok", _version(path))


def _git() -> Check:
    path = shutil.which("git")
    if path is None:
        return Check("git", "warn", "not found", "Install git: deployments cannot name their commit without it.")
    return Check("git", "ok", _version(path))


def _version(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=True)
    return done.stdout.strip()


def _project(stage: str | None, system: str | None, start: Path | None) -> Project:
    from pkgops import config

    return config.load(stage, system, config.find_root(start))


def _configured(project: Project) -> Check:
    from pkgops.config import FILE, stages

    names = ", ".join(stages(project.root))
    return Check("Project", "ok", f"{project.root / FILE}: {names}")


def _settings(project: Project) -> Check:
    what = f"{project.system.key} on stage {project.stage.name}"
    problems = project.system.check(project.stage, project.settings)
    if problems:
        where = f"Set them in the environment, in .env or under [{project.stage.name}.{project.system.key}]."
        return Check("Settings", "fail", f"{what}: {' '.join(problems)}", where)
    return Check("Settings", "ok", f"{what} can be built")


def _package(project: Project) -> Check:
    from importlib.metadata import PackageNotFoundError, version

    from pkgops.local.server.server import MINISTACK

    missing: State = "fail" if project.stage.local else "warn"
    try:
        found = version("ministack")
    except PackageNotFoundError:
        return Check("Emulator package", missing, "not installed", f"For stage local: {_INSTALL}")
    if found != MINISTACK:
        return Check("Emulator package", missing, f"ministack {found}", f"It must be {MINISTACK}: {_INSTALL}")
    return Check("Emulator package", "ok", f"ministack {found}")


def _emulator(project: Project) -> Check:
    from pkgops.local.client.emulator import Emulator

    status = Emulator.of(project.root, project.stage.port).status()
    if not status.running:
        return _stopped(project.stage.port)
    found = f"running on port {status.port}, process {status.pid}"
    if status.note:
        return Check("Emulator", "warn", f"{found}. {status.note}", "pkgops seed-dev --stage local")
    return Check("Emulator", "ok", found)


def _stopped(port: int) -> Check:
    import socket

    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex(("127.0.0.1", port)) == 0
    if taken:
        remedy = "Stop what listens there, or set another port under [local] in stages.toml."
        return Check("Emulator", "fail", f"another program uses port {port}", remedy)
    return Check("Emulator", "ok", f"not running; a deployment starts it on port {port}")


def _aws(stage: Stage, endpoint: str | None) -> Ports:
    from pkgops.aws.ports import AwsPorts

    return AwsPorts(stage, endpoint)


def _account_checks(project: Project, connect: Connect) -> list[tuple[str, Callable[[], Check]]]:
    ports = connect(project.stage, None)
    return [
        ("Credentials", partial(_credentials, project, ports)),
        ("Region and bootstrap", partial(_bootstrap, project, ports)),
    ]


def _credentials(project: Project, ports: Ports) -> Check:
    from pkgops.config import require_account

    account = ports.identity.account()
    require_account(project.stage, account)
    if project.stage.account is None:
        remedy = f'Add account = "{account}" under [{project.stage.name}] so that no other is ever touched.'
        return Check("Credentials", "warn", f"account {account}; the stage names none", remedy)
    return Check("Credentials", "ok", f"account {account}, the stage's own")


def _bootstrap(project: Project, ports: Ports) -> Check:
    from pkgops.bootstrap import SYSTEM

    name = project.stage.named(SYSTEM.stacks[0].name)
    region = project.stage.region
    state = next((state for state in ports.stacks.describe() if state.name == name), None)
    if state is None:
        found = f"{region} answers; stack {name} is not there"
        return Check("Region and bootstrap", "warn", found, "The first deployment makes it.")
    if not state.status.endswith("_COMPLETE") or state.status == "ROLLBACK_COMPLETE":
        return Check("Region and bootstrap", "fail", f"{name} is {state.status}", "See the stack's events.")
    return Check("Region and bootstrap", "ok", f"{region} answers; {name} is {state.status}")
