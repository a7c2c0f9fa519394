"""Fixtures of pkgops for this project's tests: ``deployed`` and ``--update-golden``."""

pytest_plugins = ["pkgops.testing.plugin"]
