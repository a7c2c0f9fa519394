"""Does every module, attribute, file and directory that a page, a docstring or a comment mentions exist?"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath

import pytest

from tests.architecture.tree import ROOT, Source, files, source, sources

ROOMS = ("pkgops", "templates", "handlers", "companions", "tests")
# Their files are those of the project they create: tests/e2e/test_guide_*.py run them as they are.
GUIDES = ("docs/guides/your-own-system.md", "docs/guides/dev-loop.md")
PAGES = tuple(name for name in files() if name.endswith(".md") and name not in GUIDES)
_DOTTED = re.compile(rf"(?<![\w./-])(?:{'|'.join(ROOMS)})(?:\.\w+)+(?![\w/(])")
_PATH = re.compile(r"(?<![\w./<>{}*:@-])(?:\.?/)?((?:[\w.-]+/)+[\w.-]*\w/?|[\w-]+\.py)(?![\w<>{}*/])")
# What examples call things; their system is the shop.
EXAMPLES = {"handlers.a.b", "handlers/x.py", "x.py", "plain_troposphere.py", "checks/no_topics.py"}


@cache
def said(module: Source) -> tuple[tuple[int, str], ...]:
    """The docstrings and comments of a module, with their lines."""
    return (*_docstrings(module), *_comments(module))


def _docstrings(module: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False)
            if text:
                yield node.body[0].lineno, text


def _comments(module: Source) -> Iterator[tuple[int, str]]:
    if "#" not in module.text:
        return
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


@cache
def directories() -> frozenset[str]:
    """Every directory that holds a file of the repository, and its files."""
    found = set(files())
    for name in files():
        found.update(parent.as_posix() for parent in PurePosixPath(name).parents)
    return frozenset(found)


@cache
def names(module: str) -> frozenset[str]:
    """What a module defines or imports, and the attributes of its classes as ``Class.attribute``."""
    found: set[str] = set()
    for node in ast.walk(source(module).tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
    return frozenset(found)


def module_exists(dotted: str) -> bool:
    """True for a package, a module, or something a module defines."""
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        place, rest = "/".join(parts[:count]), parts[count:]
        for module in (f"{place}.py", f"{place}/__init__.py"):
            if module in directories():
                return set(rest) <= names(module)
        if place in directories():
            return not rest
    return False


def path_exists(path: str, page: str) -> bool:
    """True for a file or directory: from the root, from the page's directory, or as the end of a path; modules may be
    named without .py and records by their number."""
    path = path.rstrip("/")
    beside = (PurePosixPath(page).parent / path).as_posix()
    if {path, beside, f"{path}.py"} & directories():
        return True
    return any(known.endswith(f"/{path}") or known.startswith(f"{path}-") for known in directories())


def lost(text: str, page: str) -> list[str]:
    """The mentions in a text that lead nowhere."""
    dotted = [name for name in _DOTTED.findall(text) if not module_exists(name)]
    paths = [
        path
        for path in _PATH.findall(text)
        if (path.partition("/")[0] in (*ROOMS, "docs") or path.endswith(".py")) and not path_exists(path, page)
    ]
    return [name for name in dotted + paths if name not in EXAMPLES and "shop" not in re.split(r"[./]", name)]


@pytest.mark.parametrize("page", PAGES)
def test_pages_mention_what_exists(page):
    assert not lost((ROOT / page).read_text(encoding="utf-8"), page)


@pytest.mark.parametrize("room", ROOMS)
def test_docstrings_and_comments_mention_what_exists(room):
    found = [
        f"{module.path}:{line}: {name}"
        for module in sources(room)
        for line, text in said(module)
        for name in lost(text, module.path)
    ]
    assert not found


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("`pkgops.build.lint.verdict_file` and `pkgops.deploy`", []),
        ("`pkgops.bring` and pkgops.build.check.no_such_name", ["pkgops.bring", "pkgops.build.check.no_such_name"]),
        ("See tests/fakes/ports.py, docs/adr/0003 and handlers/pkgwatch/api/health.", ["tests/fakes/ports.py"]),
        ("`walk.py`, `build/check.py`, handlers/<system>/api/x.py", ["walk.py"]),
    ],
)
def test_what_is_missing_is_found(text, missing):
    assert lost(text, "README.md") == missing


def test_examples_are_still_used():
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in PAGES]
    texts += [text for module in sources(*ROOMS) for _, text in said(module)]
    assert [name for name in EXAMPLES if not any(name in text for text in texts)] == []
