"""The services on the internet that PkgWatch collects from, served on this machine from made-up documents.

Each upstream has its own path: ``/depsdev``, ``/npm``, ``/npm_api``, ``/pypi``, ``/pypistats``, ``/github``,
``/openssf``, ``/bundlephobia``, ``/npmsio`` and ``/top_pypi``; the setting of each is in
`templates.pkgwatch.config.upstreams`. It takes no options. What is known of a package is the seed data's table, so
everything seeded can be collected, and ``documents/<upstream>.json`` (path and query -> document), which comes first;
``{days_ago:5}`` in it is a time.

Faults are switched on for paths that match a pattern (see `companions.common.faults`), from a test or over HTTP::

    curl -X POST .../_faults -d '{"path": "/github/.*", "status": 503, "times": 3}'
    curl -X DELETE .../_faults
"""
