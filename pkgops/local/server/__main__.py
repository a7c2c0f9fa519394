"""The program of the emulator's server: ``python -m pkgops.local.server``.

`pkgops.local.client.launch` starts it, configured by the variables of `pkgops.local.home`. Whatever makes it refuse is
printed as one line ``refused: ...``.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from pkgops.local.home import HOME_VARIABLE, OWNER_VARIABLE, PORT_VARIABLE, PROJECT_VARIABLE, Home
from pkgops.local.server.server import Configuration, RefusedError, serve


def main() -> int:
    """Serves until it is stopped; 0 after a clean end, 3 if it refuses to start."""
    os.umask(0o077)
    try:
        serve(_configuration())
    except RefusedError as error:
        return _refused(str(error))
    except OSError as error:
        traceback.print_exc()
        return _refused(f"{error.filename or 'Its home'} cannot be used: {error.strerror}.")
    return 0


def _refused(why: str) -> int:
    print(f"refused: {why}", flush=True)  # noqa: T201 - standard output is the log
    return 3


def _configuration() -> Configuration:
    return Configuration(
        home=Home(Path(os.environ[HOME_VARIABLE])),
        port=int(os.environ[PORT_VARIABLE]),
        project=_path(PROJECT_VARIABLE),
        owner=_path(OWNER_VARIABLE),
    )


def _path(variable: str) -> Path | None:
    return Path(os.environ[variable]) if os.environ.get(variable) else None


if __name__ == "__main__":
    sys.exit(main())
