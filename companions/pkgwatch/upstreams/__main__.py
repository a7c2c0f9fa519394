"""The program of the upstreams: ``python -m companions.pkgwatch.upstreams``."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from companions.common.server import serving, stand_in
from companions.pkgwatch.upstreams.service import Upstreams
from pkgops.local.companion import Context, run
from templates.pkgwatch.config.upstreams import UPSTREAMS, addresses


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[None]:
    """The upstreams on the context's socket."""
    for name, address in addresses(context.base).items():
        print(f"{name}={address}")  # noqa: T201 - to be pasted into an environment
    with serving(stand_in(context, Upstreams())):
        yield


if __name__ == "__main__":
    sys.exit(run(UPSTREAMS.name, serve))
