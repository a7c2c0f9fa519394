"""Polyfills: what the emulator lacks or does differently from AWS, one module for each gap, by service.

A polyfill is a module with ``install(types)``; it is found by being there. Where order matters, it names those that
must be installed before it: ``AFTER = ("cloudformation.output_changes",)``.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from pkgops.local.hooks.types import Types


def names() -> list[str]:
    """Every polyfill as ``<service>.<name>``, in alphabetical order."""
    services = [found.name for found in iter_modules(__path__) if found.ispkg]
    return sorted(
        f"{service}.{found.name}"
        for service in services
        for found in iter_modules([f"{path}/{service}" for path in __path__])
    )


def ordered() -> list[ModuleType]:
    """Every polyfill, after those it names in ``AFTER``."""
    modules = {name: import_module(f"{__name__}.{name}") for name in names()}
    order = TopologicalSorter({name: getattr(module, "AFTER", ()) for name, module in modules.items()})
    return [modules[name] for name in order.static_order()]


def install() -> None:
    """Installs all of them; `pkgops.local.hooks.patch.MissingHookError` if the emulator is another version."""
    types = Types()
    for module in ordered():
        module.install(types)
