"""The names of packages: how they are normalized, which are valid, and the keys of their items."""

from __future__ import annotations

import re

ECOSYSTEMS = ("npm", "pypi")

_NPM = re.compile(r"(@[a-z0-9_][a-z0-9._~-]*/)?[a-z0-9][a-z0-9._~-]*")
_PYPI = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_RULES = {"npm": (_NPM, 214), "pypi": (_PYPI, 128)}
_SEPARATORS = re.compile(r"[-_.]+")


def normalize(ecosystem: str, name: str) -> str:
    """npm: lower case. PyPI: PEP 503 (lower case, runs of ``-_.`` become ``-``). A name that is not ASCII is returned
    unchanged, and is invalid: the lower case of a Kelvin sign is a plain k."""
    if not name.isascii():
        return name
    return _SEPARATORS.sub("-", name).lower() if ecosystem == "pypi" else name.lower()


def is_valid(ecosystem: str, normalized: str) -> bool:
    """Whether a normalized name can exist: npm up to 214 characters, PyPI up to 128.

    The npm pattern allows one slash, after a scope, and no name that starts with a dot, so no path is valid.
    """
    pattern, max_length = _RULES[ecosystem]
    return len(normalized) <= max_length and pattern.fullmatch(normalized) is not None


def package_key(ecosystem: str, normalized: str) -> tuple[str, str]:
    """The key of a package's item."""
    return (f"{ecosystem}#{normalized}", "LATEST")
