"""Is this the name of a package, and how is it written in the tables?"""

from __future__ import annotations

import re

ECOSYSTEMS = ("npm", "pypi")

_NPM = re.compile(r"(@[a-z0-9_][a-z0-9._~-]*/)?[a-z0-9][a-z0-9._~-]*")
_PYPI = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_RULES = {"npm": (_NPM, 214), "pypi": (_PYPI, 128)}
_SEPARATORS = re.compile(r"[-_.]+")


def normalise(ecosystem: str, name: str) -> str:
    """npm: lower case. PyPI: PEP 503 (lower case, runs of ``-_.`` become ``-``). What is not ASCII stays as it
    is, and invalid: the lower case of a Kelvin sign is a plain k."""
    if not name.isascii():
        return name
    return _SEPARATORS.sub("-", name).lower() if ecosystem == "pypi" else name.lower()


def is_valid(ecosystem: str, normalised: str) -> bool:
    """Whether a normalised name can exist: npm up to 214 characters, PyPI up to 128.

    The npm pattern allows one slash, behind a scope, and no name that starts with a dot: paths cannot pass.
    """
    pattern, longest = _RULES[ecosystem]
    return len(normalised) <= longest and pattern.fullmatch(normalised) is not None


def package_key(ecosystem: str, normalised: str) -> tuple[str, str]:
    """The key of a package's item."""
    return (f"{ecosystem}#{normalised}", "LATEST")
