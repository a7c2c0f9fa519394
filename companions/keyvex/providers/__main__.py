"""The program of the providers: ``python -m companions.keyvex.providers``."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from companions.common.server import serving, stand_in
from companions.keyvex.providers.service import Providers
from pkgops.local.companion import Context, run
from templates.keyvex.config.providers import PROVIDERS, addresses


@asynccontextmanager
async def serve(context: Context) -> AsyncIterator[None]:
    """The providers on the context's socket."""
    for name, address in addresses(context.base).items():
        print(f"{name}={address}")  # noqa: T201 - to be pasted into an environment
    with serving(stand_in(context, Providers())):
        yield


if __name__ == "__main__":
    sys.exit(run(PROVIDERS.name, serve))
