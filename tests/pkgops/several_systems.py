"""A project of three small systems: shop, the default one, with notes and blog."""

from __future__ import annotations

from pathlib import Path

_SYSTEM = """
from dataclasses import dataclass
from pkgops.declarations import Variable
from pkgops.model import Stack, System

@dataclass(frozen=True)
class Settings:
    pass

SYSTEM = System(
    "{key}", "{key}", (Stack("{stack}", "{key}-{stack}"), Stack("main", "{key}-main")), Settings, {{}},
    lambda *_: [], lambda _: {{}}, secrets={secrets!r}, variables=(Variable("URL", output="main.Url"),),
)
"""
_MAIN = """
from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.kit.queue import work_queue
from pkgops.kit.triggers import Schedule

def build(scope):
    work_queue(scope, "{key}-jobs", visibility=180)
    for name in {queues!r}:
        work_queue(scope, name, visibility=180)
    nightly = Schedule("{key}-nightly", "rate(1 day)", {{"from": "{key}"}})
    functions(
        scope,
        FunctionDefaults("handlers/{key}", "{key}-"),
        [Function(name, (nightly,) if name == "cleanup" else ()) for name in {functions!r}],
    )
"""
_OTHER = 'def build(scope):\n    scope.output("Place", "{key}-{stack}")\n'


def write_project(root: Path, default: str = "shop") -> Path:
    """shop: the functions order and report; notes: cleanup, report and digest; blog: digest. notes and blog both have
    a queue shared-jobs and a secret */token."""
    head = f'[project]\ndefault_system = "{default}"\n' if default else ""
    (root / "stages.toml").write_text(f"{head}[local]\n[dev]\n")
    _add(root, "shop", "store", ("order", "report"), (), ("shop/card",))
    _add(root, "notes", "texts", ("cleanup", "report", "digest"), ("shared-jobs",), ("notes/token", "notes/pin"))
    _add(root, "blog", "pages", ("digest",), ("shared-jobs",), ("blog/token",))
    return root


def _add(
    root: Path, key: str, stack: str, functions: tuple[str, ...], queues: tuple[str, ...], secrets: tuple[str, ...]
) -> None:
    package, handlers = root / "templates" / key, root / "handlers" / key
    package.mkdir(parents=True)
    handlers.mkdir(parents=True)
    (package / "__init__.py").write_text(_SYSTEM.format(key=key, stack=stack, secrets=secrets))
    (package / f"{stack}.py").write_text(_OTHER.format(key=key, stack=stack))
    (package / "main.py").write_text(_MAIN.format(key=key, functions=functions, queues=queues))
    for name in functions:
        (handlers / f"{name}.py").write_text("def handler(event, context):\n    return event\n")
