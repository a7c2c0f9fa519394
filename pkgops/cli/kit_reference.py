"""The generator of the kit's reference documentation, from the modules' source and an example for each.

The examples are files in docs/reference/kit/examples of the repository; a test builds and lints each of them.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

KIT = Path(__file__).parents[1] / "kit"
# What templates import of pkgops besides the kit.
BESIDE = ("scope", "model", "declarations", "secret_rules", "seeds")
EXAMPLES = Path("docs/reference/kit/examples")


def modules() -> list[str]:
    """The names of the kit's modules, such as ``table`` and ``web.http_api``."""
    found = (path.relative_to(KIT).with_suffix("") for path in KIT.rglob("*.py") if path.stem != "__init__")
    return sorted(".".join(path.parts) for path in found)


def example_of(project: Path, module: str) -> Path:
    """The example of a module."""
    return project / EXAMPLES / _file(module, ".py")


def kit_pages(project: Path, note: str) -> dict[str, str]:
    """A page for each module and an index: path below docs/reference -> text. FileNotFoundError for a module without
    an example."""
    trees = {name: ast.parse((KIT / _file(name, ".py")).read_text(encoding="utf-8")) for name in modules()}
    beside = {name: ast.parse((KIT.parent / f"{name}.py").read_text(encoding="utf-8")) for name in BESIDE}
    found = {"kit/index.md": _text(note, _index(trees, beside))}
    for name, tree in trees.items():
        example = example_of(project, name).read_text(encoding="utf-8").rstrip()
        found[f"kit/{_file(name, '.md')}"] = _text(note, _page(name, tree, example))
    return {**found, **{f"kit/{name}.md": _text(note, _page(name, tree)) for name, tree in beside.items()}}


def _file(module: str, suffix: str) -> str:
    return module.replace(".", "/") + suffix


def _text(note: str, lines: Iterator[str]) -> str:
    return "\n".join([note, *lines]).rstrip() + "\n"


def _index(trees: dict[str, ast.Module], beside: dict[str, ast.Module]) -> Iterator[str]:
    yield from ("# Building blocks", "")
    yield "Templates are written with the modules of `pkgops.kit`; resources of troposphere go into the same template"
    yield from ("with `scope.add`. Each page has an example that the tests build and check with cfn-lint.", "")
    yield from _table(trees)
    yield from ("", "Besides the kit, of `pkgops`:", "")
    yield from _table(beside)


def _table(trees: dict[str, ast.Module]) -> Iterator[str]:
    yield from ("| Module | What it is about |", "| --- | --- |")
    for name, tree in trees.items():
        about = _docstring(tree).partition("\n\n")[0].replace("\n", " ")
        yield f"| [`{name}`]({_file(name, '.md')}) | {about} |"


def _page(name: str, tree: ast.Module, example: str = "") -> Iterator[str]:
    yield from (f"# {name}", "", _docstring(tree), "")
    yield from ("```python", example, "```", "") if example else ()
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield from (f"## {node.name}", "")
            yield from _definition(node)


def _definition(node: ast.ClassDef | ast.FunctionDef) -> Iterator[str]:
    signature = _signature(node) if isinstance(node, ast.FunctionDef) else _fields(node)
    yield from ("```python", signature, "```", "", _docstring(node), "")
    if isinstance(node, ast.ClassDef):
        methods = [_method(row) for row in node.body if isinstance(row, ast.FunctionDef) and row.name[0] != "_"]
        yield from [*methods, ""] if methods else ()


def _method(node: ast.FunctionDef) -> str:
    called = node.name if _is_property(node) else _signature(node)
    return f"- `{called}`: {' '.join(_docstring(node).split())}"


def _signature(node: ast.FunctionDef) -> str:
    """``table(scope: Scope, row: Table) -> LinkedTable``, without ``self``."""
    arguments = ast.unparse(node.args).removeprefix("self").removeprefix(", ")
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    one = f"{node.name}({arguments}){returned}"
    if len(one) <= 100:
        return one
    listed = "".join(f"    {argument},\n" for argument in _arguments(node.args))
    return f"{node.name}(\n{listed}){returned}"


def _arguments(given: ast.arguments) -> list[str]:
    defaults = [None] * (len(given.args) - len(given.defaults)) + list(given.defaults)
    named = ["*", *map(_argument, given.kwonlyargs, given.kw_defaults)] if given.kwonlyargs else []
    placed = zip(given.args, defaults, strict=True)
    return [_argument(argument, default) for argument, default in placed if argument.arg != "self"] + named


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(argument) + (f"={ast.unparse(default)}" if default else "")


def _fields(node: ast.ClassDef) -> str:
    """The fields of a dataclass, one per line; the class alone where it has none."""
    rows = [ast.unparse(row) for row in node.body if isinstance(row, ast.AnnAssign)]
    return f"{node.name}(\n" + "".join(f"    {row},\n" for row in rows) + ")" if rows else f"class {node.name}"


def _docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef) -> str:
    return inspect.cleandoc(ast.get_docstring(node) or "").replace("``", "`")


def _is_property(method: ast.FunctionDef) -> bool:
    return any(isinstance(found, ast.Name) and found.id == "property" for found in method.decorator_list)
