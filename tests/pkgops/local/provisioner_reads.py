"""Which properties does the emulator read of a resource, by the code of its provisioner?

The strings in the functions that create and update a type, in what they call in turn, and in our own polyfills of the
type. A property that is not among them cannot have an effect.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.repository import ROOT

POLYFILLS = ROOT / "pkgops/local/polyfills"
_DEPTH = 12  # calls that are followed


def _package() -> Path:
    found = find_spec("ministack")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


@cache
def _functions(module: str) -> dict[str, ast.AST]:
    """The functions and assignments of a module of the emulator's services, by name."""
    base = _package() / "services" / Path(*module.split("."))
    path = base.with_suffix(".py") if base.with_suffix(".py").is_file() else base / "__init__.py"
    if not path.is_file():
        return {}
    found: dict[str, ast.AST] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return found


@cache
def _imports(module: str) -> dict[str, str]:
    """Names that mean another module of the services, in a module."""
    base = _package() / "services" / Path(*module.split("."))
    path = base.with_suffix(".py") if base.with_suffix(".py").is_file() else base / "__init__.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {a.asname: a.name.removeprefix("ministack.services.") for a in node.names if a.asname}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ministack.services"):
            below = (node.module or "").removeprefix("ministack.services").lstrip(".")
            found |= {a.asname or a.name: ".".join(filter(None, [below, a.name])) for a in node.names}
    return found


@cache
def _strings(module: str, name: str, depth: int = _DEPTH) -> frozenset[str]:
    node = _functions(module).get(name)
    if node is None or not depth:
        return frozenset()
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            found.add(one.value)
        elif isinstance(one, ast.Name) and one.id != name and one.id in _functions(module):
            found |= _strings(module, one.id, depth - 1)
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            other = _imports(module).get(one.value.id)
            if other and _functions(other):
                found |= _strings(other, one.attr, depth - 1)
    return frozenset(found)


@cache
def _handlers() -> dict[str, frozenset[str]]:
    """type -> the functions of its provisioner."""
    table = _functions("cloudformation.provisioners")["_RESOURCE_HANDLERS"]
    assert isinstance(table, ast.Assign | ast.AnnAssign)
    assert isinstance(table.value, ast.Dict)
    return {
        str(key.value): frozenset(one.id for one in ast.walk(value) if isinstance(one, ast.Name))
        for key, value in zip(table.value.keys, table.value.values, strict=True)
        if isinstance(key, ast.Constant)
    }


@cache
def _polyfills() -> tuple[tuple[str, frozenset[str]], ...]:
    """The text and the words of each polyfill."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(POLYFILLS.rglob("*.py"))]
    return tuple((text, frozenset(re.findall(r"\w+", text))) for text in texts)


@cache
def read(kind: str) -> frozenset[str]:
    """Every word that the code for a type knows."""
    found: set[str] = set()
    for name in _handlers().get(kind, ()):
        for text in _strings("cloudformation.provisioners", name):
            found.update(re.findall(r"\w+", text))
    for text, words in _polyfills():
        if f'"{kind}"' in text:
            found |= words
    return frozenset(found)
