"""The emulator's server: one home's state, behind the guard, on one port of loopback.

In order: take the home's lock, set the emulator's environment (it reads it on import), check its version, install the
polyfills, serve until it is stopped, save, clean up. SIGTERM stops it once everything is saved; SIGINT, SIGHUP and the
end of the owner stop it in any case, as does the removal of its home.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pkgops.local.credentials import Credentials, load_or_create
from pkgops.local.home import Home
from pkgops.local.server.home_lock import HomeLock, InUseError
from pkgops.local.server.stopping import Stopping, watch_home
from pkgops.local.version import MINISTACK
from pkgops.model import LOCAL_ACCOUNT
from pkgops.own_files import remove, replace_file

if TYPE_CHECKING:
    from pkgops.local.server.deployed_ports import DeployedPorts
    from pkgops.local.server.guard import Asgi, Policy
    from pkgops.local.server.snapshot import Snapshots

REGION = "us-east-1"
_INSTALL = "Install it: pip install 'pkgops[local]'."


class RefusedError(Exception):
    """The server cannot run here; the text is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """Where the state is kept, on which port it is served, which project's companions (None: none), and the file whose
    lock the owner holds (None: it ends when it is stopped)."""

    home: Home
    port: int
    project: Path | None = None
    owner: Path | None = None


def check_version() -> None:
    """Raises `RefusedError` unless exactly the emulator the polyfills were written for is installed."""
    try:
        found = version("ministack")
    except PackageNotFoundError:
        raise RefusedError(f"The emulator is not installed. {_INSTALL}") from None
    if found != MINISTACK:
        raise RefusedError(f"The emulator is ministack {found}, but pkgops needs {MINISTACK}. {_INSTALL}")


def serve(configuration: Configuration) -> None:
    """Serves until it is stopped; `RefusedError` if it cannot."""
    from pkgops.local.server.snapshot import Snapshots

    check_version()
    home = configuration.home
    with _locked(home) as lock:
        try:
            remove(home.scratch)
            home.scratch.mkdir()
            home.snapshots.mkdir(exist_ok=True)
            snapshots = Snapshots(home, lock.kept)
            home.service_files.mkdir(exist_ok=True)
            root = load_or_create(home.credentials, LOCAL_ACCOUNT)
        except OSError as error:
            raise _unusable(error, home.root) from error
        os.environ.update(_emulator_environment(home, configuration.port, root))
        try:
            _install(snapshots)
            asyncio.run(_run(configuration, snapshots, lock, root))
            if lock.kept():
                snapshots.close()
        finally:
            if lock.kept():  # otherwise these are another server's by now
                shutil.rmtree(home.scratch, ignore_errors=True)


def _locked(home: Home) -> HomeLock:
    try:
        return HomeLock(home)
    except InUseError:
        raise RefusedError(f"Another server already serves {home.root}.") from None
    except OSError as error:
        raise _unusable(error, home.server_lock) from error


def _unusable(error: OSError, path: Path) -> RefusedError:
    return RefusedError(f"{error.filename or path} cannot be used: {error.strerror}.")


def _emulator_environment(home: Home, port: int, root: Credentials) -> dict[str, str]:
    return {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": LOCAL_ACCOUNT,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",  # listens on every address, whatever BIND_HOST says
        "SFTP_ENABLED": "0",
        "SFTP_HOST": "127.0.0.1",
        "DOCKER_HOST": "unix:///nonexistent.sock",
        "LAMBDA_EXECUTOR": "local",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.service_files),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.objects),
        "TMPDIR": str(home.scratch),
        "LOG_LEVEL": "INFO",
        "AWS_ACCESS_KEY_ID": root.key,
        "AWS_SECRET_ACCESS_KEY": root.secret,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _install(snapshots: Snapshots) -> None:
    from pkgops.local import polyfills
    from pkgops.local.hooks.patch import MissingHookError
    from pkgops.local.server import persistence

    try:
        persistence.install(snapshots.restored.services, snapshots.save_last)
        polyfills.install()
    except MissingHookError as error:
        raise RefusedError(f"The emulator is not the one pkgops was written for: {error}.") from error


async def _run(configuration: Configuration, snapshots: Snapshots, lock: HomeLock, root: Credentials) -> None:
    from ministack import app

    from pkgops.local.request_policy import decide
    from pkgops.local.server.companion_proxy import companions_of
    from pkgops.local.server.data_servers import pausing
    from pkgops.local.server.deployed_ports import DeployedPorts
    from pkgops.local.server.emulated import Emulated
    from pkgops.local.server.guard import Guard, Identity
    from pkgops.local.server.http_server import HttpServer
    from pkgops.local.server.request_log import RequestLog

    _load(snapshots)
    stopping = Stopping(snapshots, app, configuration.owner)
    companions = companions_of(configuration.project, configuration.port)
    ports = DeployedPorts(configuration.home, configuration.port)
    identity = _identity(configuration, snapshots, stopping, ports)
    watching = watch_home(lock, stopping, configuration.home.credentials, root)
    background = [asyncio.create_task(snapshots.keep(app)), asyncio.create_task(watching)]
    info = configuration.home.info
    named, emulated = Identity(identity, root.secret), Emulated()

    def guarded(behind: Asgi, policy: Policy = decide) -> Asgi:
        return Guard(behind, emulated, named, snapshots.observe, policy)

    ports.start(guarded)
    replace_file(info, json.dumps(identity()).encode())
    try:
        whole = guarded(RequestLog().wrap(pausing(ports.viewers.wrap(companions.wrap(app.app)))))
        await HttpServer(whole, lifespan=True).serve(configuration.port, stopping.event)
    except OSError as error:
        raise RefusedError(f"Port {configuration.port} cannot be opened: {error.strerror}.") from error
    finally:
        for task in background:
            task.cancel()
        ports.stop()
        await companions.stop()
        if lock.kept():
            remove(info)
        _end_processes()


def _load(snapshots: Snapshots) -> None:
    from pkgops.local.server import persistence

    try:
        persistence.load(snapshots.restored.services)
    except ValueError as error:
        raise RefusedError(
            f"The saved state of {error} cannot be restored, and is kept as it is. "
            f"To start with an empty emulator, move {snapshots.restored.services} away."
        ) from error


def _identity(
    configuration: Configuration, snapshots: Snapshots, stopping: Stopping, ports: DeployedPorts
) -> Callable[[], dict[str, Any]]:
    from pkgops.local.server import data_servers

    started = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
    fixed = {
        "tool": "pkgops",
        "identity": configuration.home.identity,
        "home": str(configuration.home.root),
        "pid": os.getpid(),
        "port": configuration.port,
        "version": MINISTACK,
        "started": started,
        "note": snapshots.note,
    }
    return lambda: (
        fixed
        | {
            "saved": snapshots.saved,
            "unsaved": snapshots.unsaved,
            "refused_stops": stopping.refused,
            **ports.rows(),
            **data_servers.running(),
        }
    )


def _end_processes() -> None:
    from ministack.core import lambda_runtime

    from pkgops.local.server import data_servers

    lambda_runtime.reset()
    data_servers.stop_all()
