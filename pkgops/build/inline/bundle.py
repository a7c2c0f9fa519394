"""The code of a function in one file: its modules, each as a text, and what imports them from there.

The same modules give the same file. A module has its path in the repository in tracebacks, with the line's text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_START = """\
import importlib.abc
import importlib.util
import json
import os
import sys

os.environ.update(json.loads(VALUES))
SOURCES = {
"""
_END = """\
}


class Modules(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def find_spec(self, name, path=None, target=None):
        if name not in SOURCES:
            return None
        origin, text = SOURCES[name]
        package = origin.endswith("/__init__.py")
        spec = importlib.util.spec_from_loader(name, self, origin=origin, is_package=package)
        spec.has_location = True
        return spec

    def get_source(self, name):
        return SOURCES[name][1]

    def get_code(self, name):
        origin, text = SOURCES[name]
        return compile(text, origin, "exec")

    def is_package(self, name):
        return SOURCES[name][0].endswith("/__init__.py")


sys.meta_path.insert(0, Modules())
"""


def bundle(handler: str, sources: Mapping[str, str]) -> str:
    """The file, after the line that assigns ``VALUES``. ``sources`` are the texts of modules by path, the one of the
    ``handler`` and all that it imports among them."""
    modules = {_name(path): (path, text) for path, text in sources.items()}
    for name in [*modules]:  # packages without code of their own
        parents = name.split(".")[:-1]
        for depth in range(len(parents), 0, -1):
            parent = ".".join(parents[:depth])
            modules.setdefault(parent, (f"{parent.replace('.', '/')}/__init__.py", ""))
    texts = "".join(f"{line}\n" for name in sorted(modules) for line in _entry(name, *modules[name]))
    return f"{_START}{texts}{_END}from {_name(handler)} import handler  # noqa: E402\n"


def _name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _entry(name: str, path: str, text: str) -> Iterator[str]:
    yield f"    {name!r}: ({path!r},"
    yield from (f"        {line!a}" for line in text.splitlines(keepends=True) or [""])
    yield "    ),"
