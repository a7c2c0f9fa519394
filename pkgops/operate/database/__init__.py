"""The verbs of `pkgops db`."""
