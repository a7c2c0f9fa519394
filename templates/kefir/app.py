"""Kefir's one stack, made of the documented modules."""

from __future__ import annotations

from pkgops.scope import Scope
from templates.kefir import api, auth, data, monitoring, scheduler


def build(scope: Scope) -> None:
    """Users, data, the API, the reminders, and in production the monitoring."""
    stored = data.add(scope)
    users = auth.add(scope, stored)
    served = api.add(scope, users, stored)
    processor = scheduler.add(scope, stored)
    scope.accept("P206", subject="STAGE", reason="the documents give it to every function")
    if scope.stage.production:
        monitoring.add(scope, served, processor, stored)
