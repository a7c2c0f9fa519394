"""The emulator's server: one home's state, behind the guard, on one port of loopback.

In order: take the home's lock, set the emulator's environment (it reads it on import), check its version, install the
polyfills, serve until SIGTERM or the end of the owner, save, clean up.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pkgops.local.home import Home
from pkgops.local.version import MINISTACK
from pkgops.model import LOCAL_ACCOUNT

if TYPE_CHECKING:
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
    with home.server_lock.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RefusedError(f"Another server already serves {home.root}.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        shutil.rmtree(home.scratch, ignore_errors=True)
        home.scratch.mkdir()
        snapshots = Snapshots(home)
        home.service_files.mkdir(exist_ok=True)
        os.environ.update(_emulator_environment(home, configuration.port))
        try:
            _install(snapshots)
            asyncio.run(_run(configuration, snapshots))
        finally:
            shutil.rmtree(home.scratch, ignore_errors=True)
        snapshots.close()


def _emulator_environment(home: Home, port: int) -> dict[str, str]:
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
        "AWS_ACCESS_KEY_ID": LOCAL_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _install(snapshots: Snapshots) -> None:
    from pkgops.local import polyfills
    from pkgops.local.hooks.patch import MissingHookError
    from pkgops.local.server import snapshot

    try:
        snapshot.install(snapshots)
        polyfills.install()
    except MissingHookError as error:
        raise RefusedError(f"The emulator is not the one pkgops was written for: {error}.") from error


async def _run(configuration: Configuration, snapshots: Snapshots) -> None:
    from hypercorn.asyncio import serve as serve_http
    from ministack import app

    from pkgops.local.server.companion_proxy import CompanionProxy
    from pkgops.local.server.guard import guarded

    stop = _stop_event(configuration.owner)
    companions = CompanionProxy(configuration.project, configuration.port)
    identity = _identity(configuration, snapshots)
    saving = asyncio.create_task(snapshots.keep(app))
    info = configuration.home.info
    info.write_text(json.dumps(identity()))
    try:
        whole = guarded(companions.wrap(app.app), identity, snapshots.observe)
        await serve_http(whole, _http(configuration.port), shutdown_trigger=stop.wait)
    except OSError as error:
        raise RefusedError(f"Port {configuration.port} cannot be opened: {error.strerror}.") from error
    finally:
        saving.cancel()
        await companions.stop()
        info.unlink(missing_ok=True)
        _end_workers()


def _stop_event(owner: Path | None) -> asyncio.Event:
    """Set by a signal, or by the end of the owner."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    if owner is not None:
        from pkgops.local.owner import watch

        watch(owner, lambda: loop.call_soon_threadsafe(stop.set))
    return stop


def _http(port: int) -> Any:
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.h11_pass_raw_headers = True
    config.keep_alive_timeout = 75
    config.keep_alive_max_requests = 1_000_000
    config.graceful_timeout = 2
    config.include_server_header = False
    config.loglevel = "WARNING"
    return config


def _identity(configuration: Configuration, snapshots: Snapshots) -> Callable[[], dict[str, Any]]:
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
    return lambda: fixed | {"saved": snapshots.saved}


def _end_workers() -> None:
    from ministack.core import lambda_runtime

    lambda_runtime.reset()
