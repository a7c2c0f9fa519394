"""The services on the internet that PkgWatch collects from, played on this machine from documents made up for it.

Each upstream lies below its own name: ``/depsdev``, ``/npm``, ``/npm_api``, ``/pypi``, ``/pypistats``, ``/github``,
``/openssf``, ``/bundlephobia``, ``/npmsio`` and ``/top_pypi``; `addresses` says which setting leads to which. It takes
no options. What is known of a package is the seed data's table, so everything seeded can be collected, and
``documents/<upstream>.json`` (path and query -> document), which comes first; ``{days_ago:5}`` in it is a moment.

Faults are switched on for paths that match a pattern (see `faults`), from a test or over HTTP::

    curl -X POST .../_faults -d '{"path": "/github/.*", "status": 503, "times": 3}'
    curl -X DELETE .../_faults
"""

from __future__ import annotations

# The documented setting -> where below the server's address it leads.
_PLACES = {
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
    """The environment that leads functions here; ``base`` is the server's address without a slash at the end."""
    return {name: base + place for name, place in _PLACES.items()}
