# SPDX-License-Identifier: GPL-3.0-or-later
"""The webhooks that the deployed system declares."""

from __future__ import annotations

import logging

from companions.pkgwatch.stripe.deliveries import Target
from pkgops.local.companion import Context
from pkgops.model import LOCAL, Stage
from templates.pkgwatch import SYSTEM
from templates.pkgwatch.config.stripe import STRIPE

log = logging.getLogger("companions.stripe")


def targets(context: Context) -> list[Target]:
    """The system's webhook, if it is deployed in the emulator and has its secret."""
    webhook, stage = STRIPE.options["webhook"], Stage(LOCAL)
    key, output = webhook["url"].split(".")
    stack = next(stack for stack in SYSTEM.stacks if stack.key == key)
    url = context.output(stage.named(stack.name), output)
    secret = context.secret(stage.named(webhook["secret"]), webhook["field"])
    if url and secret:
        return [Target(url + webhook["path"], secret)]
    log.info("%s has no webhook: %s", SYSTEM.key, "it is not deployed" if not url else "its secret is missing")
    return []
