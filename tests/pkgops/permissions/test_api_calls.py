"""The table of API calls lists what the adapters call."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import botocore.session
from botocore import xform_name

from pkgops.permissions.api_calls import CALLS
from tests.architecture.tree import Source, sources

SESSION = botocore.session.get_session()


SERVICES = set(SESSION.get_available_services())


def texts(node: ast.AST) -> set[str]:
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def words(source: Source) -> Iterator[tuple[str, set[str]]]:
    """What may be an operation, called as an attribute or named to what calls it; and the services that are named
    in the same expression."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            yield node.attr, texts(node.value) & SERVICES
        elif isinstance(node, ast.Call | ast.Tuple):
            parts = node.args if isinstance(node, ast.Call) else node.elts
            said = {part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)}
            yield from ((word, said & SERVICES) for word in said)


@cache
def operations(service: str) -> frozenset[str]:
    return frozenset(xform_name(name) for name in SESSION.get_service_model(service).operation_names)


def inherited(source: Source) -> set[str]:
    """The services named where a file's classes have their base."""
    bases = {base.id for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef) for base in node.bases}
    imports = (node for node in source.tree.body if isinstance(node, ast.ImportFrom))
    homes = {node.module for node in imports if bases & {alias.name for alias in node.names}}
    files = [one for one in sources("pkgops") if one.path.removesuffix(".py").replace("/", ".") in homes]
    return {service for one in files for service in texts(one.tree) & SERVICES or inherited(one)}


def made() -> set[tuple[str, str]]:
    """(service, operation) of every call an adapter can make. An operation that is not named with its service may
    be of any service that the file names."""
    found = set()
    for source in sources("pkgops"):
        if source.path.startswith("pkgops/aws/") and source.path != "pkgops/permissions/api_calls.py":
            there = texts(source.tree) & SERVICES or inherited(source)
            said = list(words(source))
            sure = {word for word, named in said if any(word in operations(service) for service in named)}
            for word, named in said:
                candidates = named or (set() if word in sure else there)
                found |= {(service, word) for service in candidates if word in operations(service)}
    return found


def test_every_call_has_its_row_and_every_row_its_call():
    calls = made()
    missing = sorted(calls - set(CALLS))
    assert not missing, f"add to pkgops/permissions/api_calls.py which permissions these need: {missing}"
    assert not sorted(set(CALLS) - calls), "no adapter makes these calls any more"
