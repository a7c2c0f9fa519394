"""Checks of the tools, the configuration and the credentials that pkgops needs."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pkgops.errors import PkgopsError
from pkgops.operate.doctor.check import Check, State
from pkgops.operate.doctor.websocket import answers

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.model import Stage
    from pkgops.ports.ports import Ports

Connect = Callable[["Stage", "str | None"], "Ports"]

_OLDEST = (3, 11)
_INSTALL = "pip install 'pkgops[local]'"
_RESTART = "Start it again: pkgops local down, then pkgops local up"
_POSTGRES = "Before the system is deployed: pip install 'pkgops[postgres]'"


def run_checks(
    stage: str | None = None,
    system: str | None = None,
    start: str | Path | None = None,
    connect: Connect | None = None,
) -> list[Check]:
    """Runs every check, in parallel; their order is fixed. Never raises; only reads, and starts nothing.

    ``stage`` and ``system`` as on the command line, ``start`` is where to look for the project, ``connect`` makes
    the ports of a stage and endpoint (default: AWS)."""
    checks: list[tuple[str, Callable[[], Check]]] = [("Python", _python), ("uv", _uv), ("git", _git)]
    try:
        project = _project(stage, system, start)
    except PkgopsError as error:
        return [*_run_parallel(checks), Check("Project", "fail", error.message, error.hint)]
    checks.append(("Project", partial(_project_check, project)))
    checks.append(("Settings", partial(_settings, project)))
    checks.append(("Linter", _linter))
    checks.append(("Emulator package", partial(_package, project)))
    if project.stage.local:
        checks.append(("Emulator", partial(_emulator, project)))
    else:
        checks += _account_checks(project, connect or _aws)
    if project.system.socket is not None:
        checks.append(("WebSocket API", partial(answers, project, connect or _aws)))
    return _run_parallel(checks)


def _run_parallel(checks: Iterable[tuple[str, Callable[[], Check]]]) -> list[Check]:
    """Runs the checks in parallel; an exception becomes the check's result."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda named: _run_check(*named), checks))


def _run_check(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except PkgopsError as error:
        return Check(name, "fail", error.message, error.hint)
    except Exception as error:  # a report with one broken check helps more than none
        return Check(name, "fail", f"{type(error).__name__}: {error}", "This is a bug in the check; report it.")


def _python() -> Check:
    found = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info < _OLDEST:
        return Check("Python", "fail", found, "Use Python 3.11 or later.")
    return Check("Python", "ok", found)


def _uv() -> Check:
    in_venv = Path(sys.executable).with_name("uv")
    path = str(in_venv) if in_venv.is_file() else shutil.which("uv")
    if path is None:
        return Check("uv", "fail", "not found", "Install it (it packages the dependencies): pip install uv")
    return Check("uv", "ok", _version(path))


def _git() -> Check:
    path = shutil.which("git")
    if path is None:
        return Check("git", "warn", "not found", "Install git: without it deployments cannot record their commit.")
    return Check("git", "ok", _version(path))


def _version(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout.strip()


def _project(stage: str | None, system: str | None, start: str | Path | None) -> Project:
    from pkgops import config, project

    return config.load(stage, system, project.find(start))


def _project_check(project: Project) -> Check:
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


def _linter() -> Check:
    from importlib.metadata import version

    from pkgops.build.linting.version import WRITTEN_FOR

    found = version("cfn-lint")
    if found != WRITTEN_FOR:
        slow = f"cfn-lint {found}: it finds the same, in several times the time"
        return Check("Linter", "warn", slow, f"pip install 'cfn-lint=={WRITTEN_FOR}', or a newer pkgops")
    return Check("Linter", "ok", f"cfn-lint {found}")


def _package(project: Project) -> Check:
    from importlib.metadata import PackageNotFoundError, version

    from pkgops.local.databases.postgres_programs import programs
    from pkgops.local.version import MINISTACK

    missing: State = "fail" if project.stage.local else "warn"
    try:
        found = version("ministack")
    except PackageNotFoundError:
        return Check("Emulator package", missing, "not installed", f"For stage local: {_INSTALL}")
    if found != MINISTACK:
        return Check("Emulator package", missing, f"ministack {found}", f"It must be {MINISTACK}: {_INSTALL}")
    if project.stage.local and project.system.database and programs() is None:
        return Check("Emulator package", "warn", f"ministack {found}, no PostgreSQL", _POSTGRES)
    return Check("Emulator package", "ok", f"ministack {found}")


def _emulator(project: Project) -> Check:
    from pkgops.local.client.emulator import Emulator

    status = Emulator.of(project.root, project.stage.port).status()
    if not status.running:
        return _not_running(project.stage.port)
    found = f"running on port {status.port}, process {status.pid}"
    if status.note:
        return Check("Emulator", "warn", f"{found}. {status.note}", "pkgops seed-dev --stage local")
    servers = [*(("Redis", one) for one in status.redis), *(("PostgreSQL", one) for one in status.postgres)]
    if ended := [f"{kind} of {one.name}" for kind, one in servers if not one.running]:
        return Check("Emulator", "warn", f"{found}; {', '.join(ended)} has ended", _RESTART)
    found += "".join(f"; {kind} of {one.described}" for kind, one in servers)
    return Check("Emulator", "ok", found)


def _not_running(port: int) -> Check:
    import socket

    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex(("127.0.0.1", port)) == 0
    if taken:
        remedy = "Stop that program, or set another port under [local] in stages.toml."
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
        remedy = f'Add account = "{account}" under [{project.stage.name}], so that credentials of others are refused.'
        return Check("Credentials", "warn", f"account {account}; the stage is not pinned to an account", remedy)
    return Check("Credentials", "ok", f"account {account}, as pinned by the stage")


def _bootstrap(project: Project, ports: Ports) -> Check:
    from pkgops.bootstrap import SYSTEM

    name = project.stage.named(SYSTEM.stacks[0].name)
    region = project.stage.region
    state = next((state for state in ports.stacks.describe() if state.name == name), None)
    if state is None:
        found = f"{region} responds; stack {name} does not exist"
        return Check("Region and bootstrap", "warn", found, "The first deployment creates it.")
    if not state.status.endswith("_COMPLETE") or state.status == "ROLLBACK_COMPLETE":
        return Check("Region and bootstrap", "fail", f"{name} is {state.status}", "See the stack's events.")
    return Check("Region and bootstrap", "ok", f"{region} responds; {name} is {state.status}")
