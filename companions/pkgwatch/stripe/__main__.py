# SPDX-License-Identifier: GPL-3.0-or-later
"""The program of the local Stripe: ``python -m companions.pkgwatch.stripe``."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from companions.pkgwatch.stripe import LOCALSTRIPE
from pkgops.local.companion import Context, run
from templates.pkgwatch.config.stripe import STRIPE


def main() -> int:
    """Serves until it is stopped; 3 if localstripe is not the version that is extended here."""
    try:
        found = version("localstripe")
    except PackageNotFoundError:
        found = "missing"
    if found != LOCALSTRIPE:
        print(f"refused: localstripe is {found}, but {LOCALSTRIPE} is needed: make up installs it.", flush=True)  # noqa: T201
        return 3
    return run(STRIPE.name, serving)


@asynccontextmanager
async def serving(context: Context) -> AsyncIterator[None]:
    """Stripe's API and pages on the context's socket, with the prices the system declares."""
    from aiohttp import web

    from companions.pkgwatch.stripe import events
    from companions.pkgwatch.stripe.app import application
    from companions.pkgwatch.stripe.deliveries import Deliveries
    from companions.pkgwatch.stripe.prices import monthly
    from companions.pkgwatch.stripe.webhooks import targets

    for id, (product, cents) in STRIPE.options["prices"].items():
        monthly(id, product, cents)
    deliveries = Deliveries(lambda: targets(context))
    events.subscribe(deliveries.send)
    runner = web.AppRunner(application(context), access_log=None)
    await runner.setup()
    await web.SockSite(runner, context.listening).start()
    try:
        yield
    finally:
        await deliveries.close()
        await runner.cleanup()


if __name__ == "__main__":
    sys.exit(main())
