"""What of cfn-lint's rules is loaded for a run, and how often?

cfn-lint executes 340 files of rules for each template, and reads 137 files of data for their rules, a list of all
actions of IAM twice among them; a run needs few of these. Here the files of rules are executed once in a process (the
rules themselves are made anew for each template, as some remember), and a file of data is read when a rule asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any

from cfnlint import helpers
from cfnlint.rules.jsonschema import CfnLintJsonSchema

_RULES = Path(helpers.__file__).parent / "rules"
_ACTIONS = "Policies.json"
_original = helpers.load_resource


def loaded_late() -> list[tuple[Any, str, Any]]:
    """(owner, name, what stands in for it)."""
    module = import_module("cfnlint.rules.jsonschema.CfnLintJsonSchema")
    return [
        (helpers, "import_filename", _imported(helpers.import_filename)),
        (helpers, "load_resource", _resource),
        (module, "load_resource", _File),
        (CfnLintJsonSchema, "_schema", _Schema()),
    ]


def rule_class(folder: str, name: str) -> Any:
    """The class of a rule that is in a file of its name."""
    return getattr(_module(name, str(_RULES / folder)), name)


def _imported(original: Callable[[str, str], Any]) -> Callable[[str, str], Any]:
    """A file of rules. Files of the user or the project may change, and are executed each time."""

    def import_filename(name: str, root: str) -> Any:
        return _module(name, root) if Path(root).is_relative_to(_RULES) else original(name, root)

    return import_filename


@cache
def _module(name: str, root: str) -> Any:
    spec = _finder(root).find_spec(name)
    if spec is None or spec.loader is None:
        return None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _finder(root: str) -> FileFinder:
    return FileFinder(root, (SourceFileLoader, SOURCE_SUFFIXES))


class _File:
    """A file of data, not read yet."""

    def __init__(self, package: Any, filename: str) -> None:
        self._place = (package, filename)

    def read(self) -> Any:
        return _original(*self._place)


class _Schema:
    """The schema of a rule, read when the rule asks for it."""

    def __get__(self, rule: Any, _: Any = None) -> Any:
        kept = vars(rule)["_schema"]
        if isinstance(kept, _File):
            kept = vars(rule)["_schema"] = kept.read()
        return kept

    def __set__(self, rule: Any, schema: Any) -> None:
        vars(rule)["_schema"] = schema


def _resource(package: Any, filename: str) -> Any:
    return _Actions(package) if filename == _ACTIONS else _original(package, filename)


class _Actions(Mapping[str, Any]):
    """The actions of IAM by their service, read when a rule asks for one. Rules do not change them."""

    def __init__(self, package: Any) -> None:
        self._package = package

    def __getitem__(self, service: str) -> Any:
        return _actions(self._package)[service]

    def __iter__(self) -> Iterator[str]:
        return iter(_actions(self._package))

    def __len__(self) -> int:
        return len(_actions(self._package))


@cache
def _actions(package: Any) -> dict[str, Any]:
    found: dict[str, Any] = _original(package, _ACTIONS)
    return found
