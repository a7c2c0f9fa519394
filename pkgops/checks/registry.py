"""The registry of rules: those of pkgops, and those of a project."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from pkgops.checks.kit.rule import Rule
from pkgops.errors import BuildError, unknown
from pkgops.template_errors import located

_OWN = "pkgops.checks.rules"
FOLDER = "checks"  # of a project, with a module for each rule of its own
RESERVED = ("P", "E", "W", "I")  # first letters of the ids of pkgops and of cfn-lint


@cache
def rules() -> dict[str, Rule]:
    """The rules of pkgops, by id."""
    package = import_module(_OWN)
    found = {}
    for module in pkgutil.walk_packages(package.__path__, f"{_OWN}."):
        if not module.ispkg:
            rule: Rule = import_module(module.name).RULE
            found[rule.id] = rule
    return dict(sorted(found.items()))


def all_rules(root: Path) -> dict[str, Rule]:
    """The rules of pkgops and those of the project at ``root``, by id.

    BuildError for a module in ``checks/`` without a rule, or with an id that is reserved or taken."""
    found = dict(rules())
    for path, rule in _of_project(root):
        if rule.id in found or rule.id.startswith(RESERVED):
            raise BuildError(
                f"{path} uses the id {rule.id}, which is reserved or taken.",
                f"The id of a project's rule begins with a letter other than {', '.join(RESERVED)}.",
            )
        found[rule.id] = rule
    return found


def find(root: Path, name: str) -> Rule:
    """The rule of that id, in any case, of pkgops or of the project at ``root``. UsageError if there is none."""
    known = all_rules(root)
    if name.upper() not in known:
        raise unknown("rule", name, known)
    return known[name.upper()]


def _of_project(root: Path) -> Iterator[tuple[str, Rule]]:
    for path in sorted((root / FOLDER).glob("*.py")):
        if path.stem == "__init__":
            continue
        shown = f"{FOLDER}/{path.name}"
        spec = spec_from_file_location(f"pkgops_project_{FOLDER}.{path.stem}", path)
        if spec is None or spec.loader is None:
            continue
        module = sys.modules[spec.name] = module_from_spec(spec)
        with located(shown):
            spec.loader.exec_module(module)
        rule = getattr(module, "RULE", None)
        if not isinstance(rule, Rule):
            raise BuildError(f"{shown} defines no rule.", "Give it a RULE, see docs/reference/checks.md.")
        yield shown, rule
