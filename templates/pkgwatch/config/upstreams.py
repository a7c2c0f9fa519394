"""The services PkgWatch collects from, and where they are played for stage local."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgops.declarations import Companion
from templates.pkgwatch.config.settings import canned

if TYPE_CHECKING:
    from pkgops.scope import Scope

UPSTREAMS = Companion("upstreams", {})
# The documented environment variable -> where below the companion's address it leads.
PLACES = {
    "DEPSDEV_BASE_URL": "/depsdev",
    "NPM_REGISTRY_BASE_URL": "/npm",
    "NPM_API_BASE_URL": "/npm_api",
    "PYPI_BASE_URL": "/pypi",
    "PYPISTATS_BASE_URL": "/pypistats",
    "GITHUB_API_BASE_URL": "/github",
    "OPENSSF_BASE_URL": "/openssf",
    "BUNDLEPHOBIA_BASE_URL": "/bundlephobia",
    "NPMSIO_BASE_URL": "/npmsio",
    "TOP_PYPI_PACKAGES_URL": "/top_pypi/top-pypi-packages-30-days.min.json",
}


def addresses(base: str) -> dict[str, str]:
    """The environment variables of all upstreams played at ``base``, an address without a slash at the end."""
    return {name: base + place for name, place in PLACES.items()}


def environment(scope: Scope, *names: str) -> dict[str, str]:
    """The variables of those names where upstreams are played, else none: functions know the real addresses."""
    if not canned(scope.stage, scope.settings):
        return {}
    known = addresses(scope.stage.companion(UPSTREAMS.name))
    return {name: known[name] for name in names}
