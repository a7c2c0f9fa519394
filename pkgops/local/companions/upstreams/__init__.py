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

# The addresses are the templates' to tell: functions are led here by them.
from templates.pkgwatch.upstreams import addresses

__all__ = ["addresses"]
