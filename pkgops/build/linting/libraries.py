"""What of sympy and networkx has to be imported for cfn-lint?

``import sympy`` imports polynomials, solvers and geometry, ``import networkx`` some hundred algorithms: a sixth of a
short run, for a few names that cfn-lint uses. While cfn-lint is imported, these packages stand here without having run
their ``__init__``, and their names are taken from where they are defined. Afterwards the packages count as not
imported: whoever imports one, or asks for another name, gets all of it, in the same module. Only with the versions that
this was written for, and only where nobody has imported them before.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

_LOGIC = dict.fromkeys(("And", "Equivalent", "Implies", "Not", "Or"), "logic.boolalg")
# Of each package: the version, the submodule to begin with, and the submodules that have the names ("": they are one).
_PACKAGES = {
    "sympy": ("1.14.0", "core", {**_LOGIC, "Dummy": "core.symbol", "Symbol": "core.symbol"}),
    "networkx": (
        "3.6.1",
        "utils",
        {
            "MultiDiGraph": "classes.multidigraph",
            "NetworkXError": "exception",
            "_clear_cache": "utils.misc",
            "_dispatchable": "utils.backends",
            "classes": "",
            "convert": "",
        },
    ),
}


@contextmanager
def little_imported() -> Iterator[None]:
    """Imports no more of these packages than cfn-lint uses; cfn-lint is to be imported meanwhile."""
    begun = {name: package for name in _PACKAGES if name not in sys.modules and (package := _begun(name))}
    sys.meta_path[:0] = [_Rest(package) for package in begun.values()]
    sys.modules.update(begun)
    try:
        for name, package in begun.items():
            _, first, places = _PACKAGES[name]
            import_module(f"{name}.{first}")
            vars(package).update({one: getattr(package, one) for one in places})
        yield
    finally:
        for name, package in begun.items():
            if type(package) is _Begun and sys.modules.get(name) is package:
                del sys.modules[name]


def _begun(name: str) -> ModuleType | None:
    spec = find_spec(name)
    if spec is None or spec.loader is None or version(name) != _PACKAGES[name][0]:
        return None
    package = module_from_spec(spec)
    package.__class__ = _Begun
    return package


class _Begun(ModuleType):
    """A package that has not run its ``__init__``."""

    def __getattr__(self, name: str) -> Any:
        places = _PACKAGES[self.__name__][2]
        if name in places:
            found = import_module(f"{self.__name__}.{places[name] or name}")
            return getattr(found, name) if places[name] else found
        if name.startswith("__"):
            raise AttributeError(name)
        sys.modules.pop(self.__name__, None)
        import_module(self.__name__)
        return getattr(self, name)


class _Rest(MetaPathFinder, Loader):
    """Imports the rest of a package that has been begun, once it is imported again."""

    def __init__(self, package: ModuleType) -> None:
        self._package = package
        self._spec: Any = package.__spec__

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> ModuleSpec | None:
        if fullname != self._package.__name__:
            return None
        found = ModuleSpec(fullname, self, origin=self._spec.origin, is_package=True)
        found.submodule_search_locations = self._spec.submodule_search_locations
        return found

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._package

    def exec_module(self, module: ModuleType) -> None:
        sys.meta_path.remove(self)
        module.__class__ = ModuleType
        module.__spec__ = self._spec
        self._spec.loader.exec_module(module)
