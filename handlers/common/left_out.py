"""Which imports of the SDK a function can do without.

botocore imports the generator of its documentation for the docstrings of a client's methods, and urllib3 the metadata
of packages for HTTP/2, which the SDK does not use. While the SDK is imported, stand-ins take the place of both. They
hold for whatever the SDK's version takes from those modules; where it takes nothing, they have no effect.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class _Nothing(ModuleType):
    """A module whose functions and classes return None, such as the docstring of a method that nobody reads."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing


class _Metadata(ModuleType):
    """``importlib.metadata``, loaded when it is used: when `version` is called, or any other name is asked for."""

    def version(self, distribution_name: str) -> str:
        """As the function of that name."""
        found: str = _real(self).version(distribution_name)
        return found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_real(self), name)


@contextmanager
def left_out() -> Iterator[None]:
    """Puts the stand-ins where the modules are not loaded yet; afterwards an import finds the modules themselves."""
    made = [_Nothing("botocore.docs.service"), _Nothing("botocore.docs.docstring"), _Metadata("importlib.metadata")]
    added = [one for one in made if sys.modules.setdefault(one.__name__, one) is one]
    try:
        yield
    finally:
        for one in added:
            _remove(one)


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _real(stand_in: ModuleType) -> ModuleType:
    _remove(stand_in)
    return import_module(stand_in.__name__)


def _remove(stand_in: ModuleType) -> None:
    if sys.modules.get(stand_in.__name__) is stand_in:
        del sys.modules[stand_in.__name__]
