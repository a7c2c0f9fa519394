"""The services on the internet that Keyvex uses, and where they are played for stage local."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgops.declarations import Companion

if TYPE_CHECKING:
    from pkgops.scope import Scope

STAND_IN, REAL = "stand_in", "real"
PROVIDERS = Companion("providers", {})
# The documented environment variable -> where below the companion's address it leads.
PLACES = {
    "ANTHROPIC_BASE_URL": "/anthropic/v1",
    "OPENAI_BASE_URL": "/openai/v1",
    "SENDGRID_BASE_URL": "/sendgrid/v3",
}


def addresses(base: str) -> dict[str, str]:
    """The environment variables of all providers played at ``base``, an address without a slash at the end."""
    return {name: base + place for name, place in PLACES.items()}


def environment(scope: Scope, *names: str) -> dict[str, str]:
    """The variables of those names where providers are played, else none: functions know the real addresses."""
    if not scope.stage.local or scope.settings.providers == REAL:
        return {}
    known = addresses(scope.stage.companion(PROVIDERS.name))
    return {name: known[name] for name in names}
