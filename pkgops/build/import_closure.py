"""The import closure of a handler: the files and third-party packages it reaches by import.

Nothing is executed. A handler may import the standard library of its runtime, what the Lambda runtime provides,
``handlers.*``, and what ``handlers/requirements.in`` names; anything else is a `BuildError` with file and line, unless
its absence is caught. The data files ``x.*`` next to a module ``x.py`` (``x.json``, ``x.csv``) are included, and what
the function's row names besides.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pkgops.build import stdlib
from pkgops.build.file_imports import FileImports, Import, read_imports
from pkgops.build.source_files import SourceTree
from pkgops.errors import BuildError


class ThirdParty(Protocol):
    """The distributions a handler may import; see `pkgops.build.dependencies.distributions.Distributions`."""

    def needed_for(self, module: str) -> tuple[str, ...]: ...

    def available(self, module: str) -> bool: ...

    def absence(self, module: str) -> tuple[str, str]: ...


@dataclass(frozen=True, slots=True)
class ImportClosure:
    """A handler's files (paths relative to the root, sorted), the distributions it needs (sorted, with extras), and
    the places of imports that are only known at run time ("handlers/shop/load.py:12"); ``handles`` is False if its file
    certainly defines no ``handler``."""

    handler: str
    files: tuple[str, ...]
    requirements: tuple[str, ...]
    computed: tuple[str, ...] = ()
    handles: bool = True


@dataclass(frozen=True, slots=True)
class _Step:
    """One file: the files and distributions it imports, its data files, its computed imports."""

    follow: tuple[str, ...]
    needed: frozenset[str]
    data: tuple[str, ...]
    computed: tuple[str, ...]


class ImportClosures:
    """Computes closures in one source tree for one Python ("3.12"); each file is read and parsed once.

    ``known`` maps a file's folder and sha256 to its imports, and is kept between runs.
    """

    def __init__(
        self, tree: SourceTree, third_party: ThirdParty, python: str, known: dict[str, Any] | None = None
    ) -> None:
        self.tree = tree
        self.known = known if known is not None else {}
        self._third_party = third_party
        self._python = python
        self._steps: dict[str, _Step] = {}

    def of(self, handler: str, include: Sequence[str] = ()) -> ImportClosure:
        """The closure of the handler at that path (``handlers/shop/api/health.py``) with the files that the patterns
        ``include`` name; modules among them count with what they import."""
        if handler not in self.tree.files:
            near = difflib.get_close_matches(handler, sorted(self.tree.files), n=1, cutoff=0.8)
            meant = f"Did you mean {near[0]}? " if near else ""
            raise BuildError(
                f"There is no handler {handler}.", f"{meant}Correct the name in the function's row, or add the file."
            )
        named = [path for pattern in include for path in self._named(handler, pattern)]
        files = {path for path in named if not path.endswith(".py")}
        waiting = [handler, *(path for path in named if path.endswith(".py"))]
        steps: dict[str, _Step] = {}
        while waiting:
            path = waiting.pop()
            if path not in steps:
                steps[path] = self._step(path)
                waiting += steps[path].follow
        files |= {*steps, *(data for step in steps.values() for data in step.data)}
        needed = {name for step in steps.values() for name in step.needed}
        computed = {place for step in steps.values() for place in step.computed}
        handles = self._imports(handler).handles
        return ImportClosure(handler, tuple(sorted(files)), tuple(sorted(needed)), tuple(sorted(computed)), handles)

    def _named(self, handler: str, pattern: str) -> list[str]:
        found = self.tree.matching(pattern)
        if not found:
            raise BuildError(
                f"include of {handler}: {pattern!r} matches no file.",
                f'Name files below {self.tree.top}/ from there: "{handler.rpartition("/")[0]}/data/*.json".',
            )
        return found

    def _step(self, path: str) -> _Step:
        """What one file adds to a closure."""
        if path not in self._steps:
            needed: set[str] = set()
            follow = [*self._packages(path)]  # their code runs before the file's, so their imports count, too
            read = self._imports(path)
            computed = [f"{path}:{line}" for line in read.computed]
            for one in read.imports:
                follow += self._resolve(one, path, needed)
                package = self._package(one.name[:-2]) if one.name.endswith(":*") else None
                if package is not None and package.exports_computed:
                    computed.append(f"{path}:{one.line}")
            data = self.tree.beside(path)
            self._steps[path] = _Step(tuple(follow), frozenset(needed), tuple(data), tuple(computed))
        return self._steps[path]

    def _imports(self, path: str) -> FileImports:
        # With the folder, because relative imports mean other modules in another folder.
        key = f"{self._python}:{path.rpartition('/')[0]}:{self.tree.digest(path)}"
        if key not in self.known:
            self.known[key] = read_imports(self.tree.read(path), path, self._python).plain()
        return FileImports.of(self.known[key])

    def _resolve(self, one: Import, importer: str, needed: set[str]) -> list[str]:
        """The own files an import leads to; the distributions it needs are added to ``needed``."""
        module, _, name = one.name.partition(":")
        if module.partition(".")[0] == self.tree.top:
            files = self._own(module, name)
        else:
            needed.update(self._third_party.needed_for(module.partition(".")[0]) if not self._standard(module) else ())
            files = [] if self._available(module) else None
        if files is None and self._required(one):
            raise self._error(one, importer)
        return files or []

    def _required(self, one: Import) -> bool:
        if one.optional:
            return False
        others = [name.partition(":") for name in one.instead_of]
        return not others or not all(self._there(module, name) for module, _, name in others)

    def _there(self, module: str, name: str) -> bool:
        if module.partition(".")[0] == self.tree.top:
            return self._own(module, name) is not None
        return self._available(module)

    def _available(self, module: str) -> bool:
        return self._standard(module) or self._third_party.available(module.partition(".")[0])

    def _standard(self, module: str) -> bool:
        return module.partition(".")[0] in stdlib.modules(self._python)

    def _error(self, one: Import, importer: str) -> BuildError:
        module, _, name = one.name.partition(":")
        top = module.partition(".")[0]
        if top == self.tree.top or not top:
            shown = f"{module}.{name}" if name else module
            return BuildError(f"{importer}:{one.line} imports {shown!r}, which does not exist.", "Correct the import.")
        if removed := stdlib.removal(top):
            why = f"which Python {removed} has removed from the standard library; the function runs on {self._python}"
            return BuildError(f"{importer}:{one.line} imports {top!r}, {why}.", self._third_party.absence(top)[1])
        why, hint = self._third_party.absence(top)
        return BuildError(f"{importer}:{one.line} imports {top!r}, {why}.", hint)

    def _own(self, module: str, name: str) -> list[str] | None:
        """The files of ``handlers.a.b``, and of the name in ``from handlers.a.b import name`` if it is a module."""
        path = module.replace(".", "/")
        if f"{path}.py" in self.tree.files:
            return [f"{path}.py"]
        package = f"{path}/__init__.py"
        if package not in self.tree.files and path not in self.tree.folders:
            return None
        found = [package] if package in self.tree.files else []
        names = [name] if name and name != "*" else []
        exporting = self._package(module) if name == "*" else None
        if exporting is not None:
            names = list(exporting.exports)
        inner = [file for one in names for file in self._module(f"{path}/{one}")]
        return None if names and not (found or inner) else found + inner

    def _module(self, path: str) -> list[str]:
        """A submodule; of a package of any kind its __init__.py."""
        return [file for file in (f"{path}.py", f"{path}/__init__.py") if file in self.tree.files][:1]

    def _package(self, module: str) -> FileImports | None:
        """What the package of handlers with that name imports and exports; None if it has no code."""
        path = f"{module.replace('.', '/')}/__init__.py"
        return self._imports(path) if path in self.tree.files else None

    def _packages(self, path: str) -> Iterator[str]:
        for depth in range(path.count("/"), 0, -1):
            candidate = "/".join([*path.split("/")[:depth], "__init__.py"])
            if candidate in self.tree.files:
                yield candidate
