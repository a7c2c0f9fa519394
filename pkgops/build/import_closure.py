"""The import closure of a handler: the files and third-party packages it reaches by import.

An AST walk: nothing is executed. A handler may import the standard library, what the Lambda runtime provides,
``handlers.*``, and what ``handlers/requirements.in`` pins; anything else is a `BuildError` with file and line.
The data files ``x.*`` next to a module ``x.py`` (``x.json``, ``x.txt``) are included.
"""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pkgops.errors import BuildError
from pkgops.text_file import read_text

REQUIREMENTS = "handlers/requirements.in"
PINS = "handlers/requirements.txt"
# Packages of the AWS Lambda Python runtimes that a handler may rely on.
RUNTIME = frozenset({"boto3", "botocore"})

_Import = tuple[str, int]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)")
_IMPORTED_AS = re.compile(r"#\s*imports:\s*([\w, ]+)")


@dataclass(frozen=True, slots=True)
class ImportClosure:
    """A handler's files (paths relative to the root, sorted) and the distributions it needs (sorted)."""

    handler: str
    files: tuple[str, ...]
    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _FileImports:
    """One file: the files and distributions it imports, and its data files."""

    follow: tuple[str, ...]
    needed: frozenset[str]
    data: tuple[str, ...]


class ImportClosures:
    """Computes closures for one source tree; each file is read and parsed once.

    ``known`` maps a file's folder and sha256 to its imports, and is kept between runs.
    """

    def __init__(self, root: Path, known: dict[str, list[_Import]] | None = None) -> None:
        self.root = root
        self.known = known if known is not None else {}
        self._digests: dict[str, str] = {}
        self._steps: dict[str, _FileImports] = {}

    def of(self, handler: str) -> ImportClosure:
        """The closure of the handler at that path (``handlers/shop/api/health.py``)."""
        if not (self.root / handler).is_file():
            raise BuildError(
                f"There is no handler {handler}.", "Correct the path in the stack's table, or add the file."
            )
        files: set[str] = set()
        needed: set[str] = set()
        waiting = [handler]
        while waiting:
            path = waiting.pop()
            if path in files:
                continue
            files.add(path)
            step = self._step(path)
            waiting += step.follow
            needed |= step.needed
        files.update(data for path in list(files) for data in self._step(path).data)
        return ImportClosure(handler, tuple(sorted(files)), tuple(sorted(needed)))

    def digest(self, path: str) -> str:
        """The sha256 of a file of the tree."""
        if path not in self._digests:
            self._digests[path] = hashlib.sha256((self.root / path).read_bytes()).hexdigest()
        return self._digests[path]

    @cached_property
    def pinned(self) -> dict[str, str]:
        """Import name -> distribution, from the requirements (``PyJWT  # imports: jwt``)."""
        path = self.root / REQUIREMENTS
        names: dict[str, str] = {}
        for line in read_text(path, REQUIREMENTS, BuildError).splitlines() if path.is_file() else []:
            pin = _PIN.match(line)
            if pin is None:
                continue
            stated = _IMPORTED_AS.search(line)
            imported = stated.group(1) if stated else pin.group(1).lower().replace("-", "_")
            names |= dict.fromkeys((name.strip() for name in imported.split(",")), pin.group(1).lower())
        return names

    def _step(self, path: str) -> _FileImports:
        """What one file adds to a closure."""
        if path not in self._steps:
            needed: set[str] = set()
            follow = [*self._packages(path)]  # their code runs before the file's, so their imports count, too
            for name, line in self._imports(path):
                follow += self._resolve(name, path, line, needed)
            self._steps[path] = _FileImports(tuple(follow), frozenset(needed), tuple(self._data(path)))
        return self._steps[path]

    def _imports(self, path: str) -> list[_Import]:
        # With the folder, because relative imports mean other modules in another folder.
        key = f"{Path(path).parent.as_posix()}:{self.digest(path)}"
        if key not in self.known:
            try:
                tree = ast.parse((self.root / path).read_bytes(), filename=path)
            except SyntaxError as error:
                raise BuildError(f"{path}:{error.lineno}: {error.msg}.", "Correct the syntax.") from None
            self.known[key] = sorted(set(_imported_names(tree, path)))
        return self.known[key]

    def _resolve(self, name: str, importer: str, line: int, needed: set[str]) -> list[str]:
        top = name.partition(".")[0]
        if top == "handlers":
            return self._own(name, importer, line)
        if top in sys.stdlib_module_names or top in RUNTIME:
            return []
        if top not in self.pinned:
            raise BuildError(
                f"{importer}:{line} imports {top!r}, which is neither pinned nor in handlers/.",
                f"Pin it in {REQUIREMENTS} and run make pins, or remove the import.",
            )
        needed.add(self.pinned[top])
        return []

    def _own(self, name: str, importer: str, line: int) -> list[str]:
        """Files of ``handlers.a.b`` or of the name ``c`` in ``from handlers.a.b import c``."""
        parts = name.split(".")
        for length in (len(parts), len(parts) - 1):
            stem = "/".join(parts[:length])
            for candidate in (f"{stem}.py", f"{stem}/__init__.py"):
                if (self.root / candidate).is_file():
                    return [candidate]
        raise BuildError(f"{importer}:{line} imports {name!r}, which does not exist.", "Correct the import.")

    def _packages(self, path: str) -> Iterator[str]:
        for parent in Path(path).parents:
            candidate = (parent / "__init__.py").as_posix()
            if parent.parts and (self.root / candidate).is_file():
                yield candidate

    def _data(self, path: str) -> Iterator[str]:
        source = self.root / path
        for sibling in source.parent.glob(f"{source.stem}.*"):
            if sibling.suffix != ".py" and sibling.is_file():
                yield sibling.relative_to(self.root).as_posix()


def _imported_names(tree: ast.Module, path: str) -> Iterator[_Import]:
    """Every module a file imports, anywhere in it, except under ``if TYPE_CHECKING``."""
    for node in _executed(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, path)
            if module.partition(".")[0] != "handlers":
                yield module, node.lineno
            else:
                for alias in node.names:
                    yield f"{module}.{alias.name}", node.lineno


def _absolute(node: ast.ImportFrom, path: str) -> str:
    if not node.level:
        return node.module or ""
    package = Path(path).parts[: -node.level]
    return ".".join((*package, *([node.module] if node.module else [])))


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below ``node`` except the bodies of ``if TYPE_CHECKING``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            yield from child.orelse
            for other in child.orelse:
                yield from _executed(other)
            continue
        yield child
        yield from _executed(child)
