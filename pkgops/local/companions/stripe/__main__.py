"""What happens between ``python -m pkgops.local.companions.stripe`` and the first answer?

By itself it listens on 127.0.0.1 and ``--port``; the emulator hands it a socket that listens already (``--fd``) and
ends it by closing its standard input. Whatever makes it refuse is one line ``refused: ...``.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from importlib.metadata import PackageNotFoundError, version

from pkgops.local.companions import LOCALSTRIPE


def main() -> int:
    """Serves until told to stop; 0 after a clean end, 3 if it refuses to start."""
    try:
        found = version("localstripe")
    except PackageNotFoundError:
        found = "missing"
    if found != LOCALSTRIPE:
        print(f"refused: localstripe is {found}, but pkgops needs {LOCALSTRIPE}.", flush=True)  # noqa: T201
        return 3
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(name)s %(message)s")
    asyncio.run(_serve(_arguments()))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pkgops.local.companions.stripe", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--port", type=int, help="Listens here on 127.0.0.1; 0 takes a free one.")
    where.add_argument("--fd", type=int, help="A listening socket that was inherited.")
    parser.add_argument("--base", default="", help="The address links to pages begin with, if another one.")
    parser.add_argument("--emulator", default="", help="Where deployed systems are looked for.")
    return parser.parse_args()


async def _serve(given: argparse.Namespace) -> None:
    from aiohttp import web

    from pkgops.local.companions.stripe import declared, events
    from pkgops.local.companions.stripe.app import application
    from pkgops.local.companions.stripe.deliveries import Deliveries

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    listening = _socket(given)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    deliveries = Deliveries(lambda: declared.targets(given.emulator) if given.emulator else ())
    declared.make_prices()
    events.listen(deliveries.hear)
    runner = web.AppRunner(application(given.base or address), access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    if given.fd is not None:
        loop.add_reader(sys.stdin.fileno(), _ended, stop)
    print(f"Stripe listens on {address}", flush=True)  # noqa: T201 - whoever asked for port 0 reads it here
    await stop.wait()
    await deliveries.close()
    await runner.cleanup()


def _socket(given: argparse.Namespace) -> socket.socket:
    if given.fd is not None:
        return socket.socket(fileno=given.fd)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", given.port))
    return listening


def _ended(stop: asyncio.Event) -> None:
    """Nothing is ever written to standard input: it becomes readable when its other end is gone."""
    if not os.read(sys.stdin.fileno(), 1):
        stop.set()


if __name__ == "__main__":
    sys.exit(main())
