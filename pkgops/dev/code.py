"""Which functions get new code from a change of files in ``handlers/``?

Only functions whose import closure holds a changed file are looked at. What a swap cannot do (other packages, code that
stands in a template, a published version on a stage where one can be deployed in a moment) is left to a deployment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pkgops.build.artifacts import Asset, PackagedSystem
from pkgops.build.dependencies.pins import PINS, REQUIREMENTS
from pkgops.build.dependencies.target import target_of
from pkgops.build.functions import Function, functions
from pkgops.build.import_closure import ImportClosure
from pkgops.build.package import HANDLERS, Packager, require_handler
from pkgops.build.synth import SynthesizedStack, resources
from pkgops.config import Project
from pkgops.plan.swapped_code import wanted_code

_ALIAS = "AWS::Lambda::Alias"
_VERSIONS = ("AWS::Lambda::Version", _ALIAS)


@dataclass(frozen=True, slots=True)
class RunningCode:
    """A function with the artifact it runs (``key``; "" for code that stands in its template), its closure, whether it
    has a version or an alias (``published``), and the names of its aliases."""

    function: Function
    properties: Mapping[str, Any]
    includes: Sequence[str]
    key: str
    closure: ImportClosure
    published: bool
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewCode:
    """The artifact that a function is to run instead of ``before``, its key."""

    function: Function
    before: str
    asset: Asset
    published: bool
    aliases: tuple[str, ...] = ()


def is_code(path: str) -> bool:
    """Whether a change of this file may be a change of functions' code alone."""
    return path.startswith(f"{HANDLERS}/") and path not in (REQUIREMENTS, PINS)


class FunctionCode:
    """The code of a deployed system's functions, as of the last deployment or swap. ``only`` are the physical names of
    the functions to care about, () for all."""

    def __init__(self, project: Project, packaged: PackagedSystem, only: Collection[str] = ()) -> None:
        self._project = project
        self._packager = Packager(project)
        self._only = only
        self._files = self._packager.tree.files
        self._running = {one.function.name: one for one in self._all(packaged.stacks)}

    @property
    def functions(self) -> list[Function]:
        """Those that are cared about, in the templates' order."""
        return [row.function for row in self._running.values() if not self._only or row.function.name in self._only]

    def changes(self, changed: Collection[str]) -> list[NewCode] | None:
        """What those functions are to run now whose closure holds one of the ``changed`` files; None if that takes a
        deployment. BuildError as of the packager."""
        self._packager.look_again()
        files = self._packager.tree.files
        moved = files != self._files  # a file that came or went may answer any import
        self._files = files
        found = []
        for row in self._running.values():
            if not moved and not set(changed).intersection(row.closure.files):
                continue
            closure = self._closure(row.function, row.properties, row.includes)
            if closure.requirements != row.closure.requirements:
                return None
            fresh = replace(row, closure=closure)
            self._running[row.function.name] = fresh
            asset = self._packager.code(closure) if row.key else None
            if asset is None or asset.key != row.key:
                if asset is None or (row.published and self._project.stage.local):
                    return None
                found.append(NewCode(row.function, row.key, asset, row.published, row.aliases))
        return [one for one in found if not self._only or one.function.name in self._only]

    def runs(self, swapped: Collection[NewCode]) -> None:
        """Notes what has been swapped in."""
        for one in swapped:
            row = self._running[one.function.name]
            self._running[one.function.name] = replace(row, key=one.asset.key)

    def _all(self, stacks: Sequence[SynthesizedStack]) -> Iterator[RunningCode]:
        keys = wanted_code(stacks)
        by_key = {stack.key: stack for stack in stacks}
        for function in functions(stacks):
            stack = by_key[function.stack]
            if not function.handler or function.handler not in self._packager.tree.files:
                continue
            properties = stack.template["Resources"][function.logical_id]["Properties"]
            includes = stack.includes.get(function.logical_id, ())
            closure = self._closure(function, properties, includes)
            key = keys.get(function.name, "")
            published = function.logical_id in _published(stack)
            aliases = tuple(_aliases(stack, function.logical_id))
            yield RunningCode(function, properties, includes, key, closure, published, aliases)

    def _closure(self, function: Function, properties: Mapping[str, Any], includes: Sequence[str]) -> ImportClosure:
        here = self._project.stage.local and "ZipFile" not in (properties.get("Code") or {})
        wanted = target_of(properties, function.logical_id, local=here)
        closure = self._packager.closure(function.handler, wanted, includes)
        if "ZipFile" not in (properties.get("Code") or {}):
            require_handler(properties, closure, function.logical_id)
        return closure


def _published(stack: SynthesizedStack) -> set[str]:
    """The logical ids of functions that have versions or aliases."""
    named = (one["Properties"].get("FunctionName") for _, one in resources(stack.template, *_VERSIONS))
    return {name["Ref"] for name in named if isinstance(name, dict) and "Ref" in name}


def _aliases(stack: SynthesizedStack, logical_id: str) -> Iterator[str]:
    """The names of a function's aliases."""
    for _, one in resources(stack.template, _ALIAS):
        if one["Properties"].get("FunctionName") == {"Ref": logical_id} and isinstance(one["Properties"]["Name"], str):
            yield one["Properties"]["Name"]
