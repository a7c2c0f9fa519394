"""What happens between ``python -m pkgops.local.server.server`` and the first answer?

Started by `pkgops.local.client.launch`, configured by two environment variables. In order: take the home's lock, set
the emulator's environment (it reads it on import), check its version, install the polyfills, serve on loopback
until SIGTERM, save, clean up. Whatever makes it refuse is printed as one line ``refused: ...``.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
import signal
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pkgops.local.home import HOME_VARIABLE, PORT_VARIABLE, PROJECT_VARIABLE, Home

MINISTACK = "1.5.33"
ACCOUNT = "000000000000"
REGION = "us-east-1"
_INSTALL = "Install it: pip install 'pkgops[local]'."


class RefusedError(Exception):
    """The server cannot run here; the text is one sentence for the user."""


def main() -> int:
    """Serves until told to stop; 0 after a clean end, 3 if it refuses to start."""
    home, port = _configuration()
    os.umask(0o077)
    try:
        _serve(home, port)
    except RefusedError as error:
        print(f"refused: {error}", flush=True)  # noqa: T201 - standard output is the log
        return 3
    return 0


def check_version() -> None:
    """Raises `RefusedError` unless exactly the emulator the polyfills were written for is installed."""
    try:
        found = version("ministack")
    except PackageNotFoundError:
        raise RefusedError(f"The emulator is not installed. {_INSTALL}") from None
    if found != MINISTACK:
        raise RefusedError(f"The emulator is ministack {found}, but pkgops needs {MINISTACK}. {_INSTALL}")


def _configuration() -> tuple[Home, int]:
    return Home(Path(os.environ[HOME_VARIABLE])), int(os.environ[PORT_VARIABLE])


def _project() -> Path | None:
    """The directory of the project that is served, None for an emulator without one."""
    return Path(os.environ[PROJECT_VARIABLE]) if os.environ.get(PROJECT_VARIABLE) else None


def _serve(home: Home, port: int) -> None:
    from pkgops.local.server.snapshot import Snapshots

    check_version()
    with home.alive.open("a+") as lock:
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
        kept = home.root / "kept"  # files services keep themselves: functions' code, keys of user pools
        kept.mkdir(exist_ok=True)
        os.environ.update(_emulator_environment(home, port, str(kept)))
        try:
            _install(snapshots)
            asyncio.run(_run(home, port, snapshots))
        finally:
            shutil.rmtree(home.scratch, ignore_errors=True)
        snapshots.closed()


def _emulator_environment(home: Home, port: int, state: str) -> dict[str, str]:
    return {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",  # listens on every address, whatever BIND_HOST says
        "SFTP_ENABLED": "0",
        "SFTP_HOST": "127.0.0.1",
        "DOCKER_HOST": "unix:///nonexistent.sock",
        "LAMBDA_EXECUTOR": "local",
        "PERSIST_STATE": "1",
        "STATE_DIR": state,
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.objects),
        "TMPDIR": str(home.scratch),
        "LOG_LEVEL": "INFO",
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _install(snapshots: Any) -> None:
    from pkgops.local import polyfills
    from pkgops.local.server import snapshot
    from pkgops.local.server.hooks import MissingHookError

    try:
        snapshot.install(snapshots)
        polyfills.install()
    except MissingHookError as error:
        raise RefusedError(f"The emulator is not the one pkgops was written for: {error}.") from error


async def _run(home: Home, port: int, snapshots: Any) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app

    from pkgops.local.server.companion_proxy import CompanionProxy
    from pkgops.local.server.guard import guarded

    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.h11_pass_raw_headers = True
    config.keep_alive_timeout = 75
    config.keep_alive_max_requests = 1_000_000
    config.graceful_timeout = 2
    config.include_server_header = False
    config.loglevel = "WARNING"
    companions = CompanionProxy(_project(), port)
    identity = _identity(home, port, snapshots)
    saving = asyncio.create_task(snapshots.keep(app))
    _publish(home, identity())
    try:
        await serve(guarded(companions.wrap(app.app), identity, snapshots.seen), config, shutdown_trigger=stop.wait)
    except OSError as error:
        raise RefusedError(f"Port {port} cannot be opened: {error.strerror}.") from error
    finally:
        saving.cancel()
        await companions.stop()
        home.info.unlink(missing_ok=True)
        _end_workers()


def _identity(home: Home, port: int, snapshots: Any) -> Any:
    started = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
    fixed = {
        "tool": "pkgops",
        "identity": home.identity,
        "home": str(home.root),
        "pid": os.getpid(),
        "port": port,
        "version": MINISTACK,
        "started": started,
        "note": snapshots.note,
    }
    return lambda: fixed | {"saved": snapshots.saved}


def _publish(home: Home, identity: dict[str, Any]) -> None:
    home.info.write_text(json.dumps(identity))


def _end_workers() -> None:
    from ministack.core import lambda_runtime

    lambda_runtime.reset()


if __name__ == "__main__":
    sys.exit(main())
