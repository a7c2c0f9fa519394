"""The OpenAPI document of PkgWatch's API."""

from __future__ import annotations

from typing import Any

from pkgops.kit.web.openapi import openapi
from pkgops.model import PRODUCTION, Stage
from pkgops.scope import Scope
from templates.pkgwatch import SYSTEM, routes
from templates.pkgwatch.config.settings import Settings, api_domain
from templates.pkgwatch.contracts.shared import KEY, SESSION

INFO = {
    "title": "PkgWatch API",
    "version": "1.0.0",
    "summary": SYSTEM.title,
    "description": "Errors have a code to rely on and a message to read. Paths and query values are percent-encoded.",
}
CALLERS = {
    KEY: {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    SESSION: {"type": "apiKey", "in": "cookie", "name": "session"},
    "stripeSignature": {"type": "apiKey", "in": "header", "name": "Stripe-Signature"},
}


def document() -> dict[str, Any]:
    """The OpenAPI document, from the same rows as the routes themselves."""
    stage, settings = Stage(PRODUCTION), Settings()
    rows = routes.rows(Scope(SYSTEM, stage, settings))
    return openapi(INFO, [f"https://{api_domain(stage, settings)}"], CALLERS, rows)
