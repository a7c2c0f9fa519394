"""The runner of a companion: a service that replaces one on the internet.

A companion is a package ``companions.<system>.<name>`` of the project. Its ``__main__`` calls `run`, which parses the
options, opens or takes over the listening socket, and ends the service when the emulator ends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pkgops.local.home import OWNER_VARIABLE
from pkgops.local.owner import watch
from pkgops.local.request_policy import companion_access
from pkgops.local.urls import reachable
from pkgops.model import LOCAL, LOCAL_ACCOUNT, Stage

if TYPE_CHECKING:
    from pkgops.ports.ports import Ports


@dataclass(frozen=True)
class Context:
    """What a companion is given. ``listening`` is its socket; ``emulator`` the emulator's address, "" if it runs alone;
    ``base`` the address its links begin with, without a slash at the end."""

    name: str
    listening: socket.socket
    emulator: str
    base: str

    def allows(self, path: str, headers: Mapping[str, str]) -> bool:
        """The emulator's guard for a request to ``path`` below `base`: no other Host, and of a browser's requests
        only those for ``/pages/``."""
        return companion_access(path, {name.lower(): value for name, value in headers.items()})

    def output(self, stack: str, name: str) -> str:
        """An output of a stack that is deployed in the emulator, its addresses as they work here; "" if there is
        none."""
        states = self._ports.stacks.describe() if self.emulator else []
        found = next((state.outputs.get(name, "") for state in states if state.name == stack), "")
        return reachable(found, self.emulator)

    def secret(self, name: str, field: str) -> str:
        """A secret's field, or all of a secret that is no JSON object; "" if there is none in the emulator."""
        text = (self._ports.secrets.read(name) or "") if self.emulator else ""
        try:
            content = json.loads(text)
        except ValueError:
            return text
        return str(content.get(field, "")) if isinstance(content, dict) else text

    @cached_property
    def _ports(self) -> Ports:
        from pkgops.aws.connection.client import NO_SECRET
        from pkgops.aws.ports import AwsPorts

        secret = os.environ.get("AWS_SECRET_ACCESS_KEY", NO_SECRET)  # the emulator hands on its root user's
        return AwsPorts(Stage(LOCAL, account=LOCAL_ACCOUNT), self.emulator, root_secret=secret)


Serve = Callable[[Context], AbstractAsyncContextManager[None]]


def run(name: str, serve: Serve) -> int:
    """Runs ``serve(context)`` until SIGTERM, SIGINT, or the end of the emulator (of standard input) or of the owner.

    The service must answer on ``context.listening`` inside the context manager. 0 after a clean end."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(name)s %(message)s")
    asyncio.run(_run(name, serve, _arguments(name)))
    return 0


def _arguments(name: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m ...{name}")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--port", type=int, help="Listen on this port of 127.0.0.1; 0 takes a free one.")
    where.add_argument("--fd", type=int, help="Take over this inherited listening socket.")
    parser.add_argument("--base", default="", help="The address its links begin with, if it is another one.")
    parser.add_argument("--emulator", default="", help="The emulator's address.")
    return parser.parse_args()


async def _run(name: str, serve: Serve, given: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if owner := os.environ.get(OWNER_VARIABLE):
        watch(Path(owner), lambda: loop.call_soon_threadsafe(stop.set))
    listening = socket.socket(fileno=given.fd) if given.fd is not None else listen(given.port)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with serve(Context(name, listening, given.emulator, given.base or address)):
        if given.fd is not None:
            loop.add_reader(sys.stdin.fileno(), _stop_at_end, stop)
        print(f"{name} listens on {address}", flush=True)  # noqa: T201 - tells the port that 0 has become
        await stop.wait()


def listen(port: int = 0) -> socket.socket:
    """A socket that listens on a port of 127.0.0.1, on a free one if 0."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    made.listen(128)
    return made


def _stop_at_end(stop: asyncio.Event) -> None:
    """Nothing is ever written to standard input: it becomes readable when its other end is closed."""
    if not os.read(sys.stdin.fileno(), 1):
        stop.set()
