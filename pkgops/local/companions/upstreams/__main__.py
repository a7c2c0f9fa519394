"""What happens between ``python -m pkgops.local.companions.upstreams`` and the first answer?

By itself it listens on 127.0.0.1 and ``--port``; the emulator hands it a socket that listens already (``--fd``) and
ends it by closing its standard input.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
from typing import Any

from pkgops.local.companions.upstreams import addresses
from pkgops.local.companions.upstreams.server import Upstreams, listening


def main() -> int:
    """Serves until told to stop; 0 after a clean end."""
    given = _arguments()
    server = Upstreams(listening(given.port) if given.fd is None else socket.socket(fileno=given.fd))

    def stop(*_: Any) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()  # it waits for the loop this interrupts

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if given.fd is not None:
        threading.Thread(target=_end_with_input, args=(stop,), daemon=True).start()
    base = given.base or server.url
    for name, address in addresses(base).items():
        print(f"{name}={address}")  # noqa: T201 - to be pasted into an environment
    print(f"The upstreams listen on {server.url}", flush=True)  # noqa: T201 - whoever asked for port 0 reads it here
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pkgops.local.companions.upstreams", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--port", type=int, help="Listens here on 127.0.0.1; 0 takes a free one.")
    where.add_argument("--fd", type=int, help="A listening socket that was inherited.")
    parser.add_argument("--base", default="", help="The address others reach it by, if another one.")
    parser.add_argument("--emulator", default="", help="Not needed: it knows nothing of what is deployed.")
    return parser.parse_args()


def _end_with_input(stop: Any) -> None:
    """Nothing is ever written to standard input: it can be read when its other end is gone."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    stop()


if __name__ == "__main__":
    sys.exit(main())
