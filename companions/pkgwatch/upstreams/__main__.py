"""The program of the upstreams: ``python -m companions.pkgwatch.upstreams``."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from companions.pkgwatch.upstreams.server import Upstreams
from pkgops.local.companion import Context, run
from templates.pkgwatch.config.upstreams import UPSTREAMS, addresses


@asynccontextmanager
async def serving(context: Context) -> AsyncIterator[None]:
    """The upstreams on the context's socket, in a thread of their own."""
    server = Upstreams(context.listening, allows=context.allows)
    for name, address in addresses(context.base).items():
        print(f"{name}={address}")  # noqa: T201 - to be pasted into an environment
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    sys.exit(run(UPSTREAMS.name, serving))
