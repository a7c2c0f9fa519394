"""Which systems are there?"""

from __future__ import annotations

from importlib import import_module

from pkgops.model import System

SYSTEMS = ("pkgwatch", "kefir")
DEFAULT_SYSTEM = "pkgwatch"


def load(key: str) -> System:
    """The system of that key. KeyError if there is none."""
    if key not in SYSTEMS:
        raise KeyError(key)
    system: System = import_module(f"templates.{key}").SYSTEM
    return system
