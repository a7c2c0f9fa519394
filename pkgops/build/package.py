"""Packaging: the artifacts of a system, and its templates with references to them.

Each handler gets a zip of its import closure, each distinct set of requirements a layer, each function of an
application a zip of its folder of the build. Everything is cached by content under ``.pkgops``: what has not changed is
neither zipped nor installed again.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from pkgops.build import layer, limits, versions
from pkgops.build.archive import Deflated, build_zip
from pkgops.build.artifacts import Asset, PackagedSystem
from pkgops.build.cache import PACKAGE
from pkgops.build.dependencies import installer
from pkgops.build.dependencies.bytecode import Compiler
from pkgops.build.dependencies.distributions import Distributions
from pkgops.build.dependencies.pins import Pins
from pkgops.build.dependencies.target import Target, target_of
from pkgops.build.import_closure import ImportClosure, ImportClosures
from pkgops.build.inline.code import inline_path, inlined
from pkgops.build.node.bundles import bundle
from pkgops.build.source_files import SourceTree, fingerprint
from pkgops.build.synth import SynthesizedStack, copied, resources
from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.events import Emit, Finished, Note, Progress, Started, silent
from pkgops.model import ASSET, BUNDLE
from pkgops.own_files import keep_document, read_document
from pkgops.wording import counted

FUNCTION = "AWS::Lambda::Function"
LAYER = "AWS::Lambda::LayerVersion"
HANDLERS = "handlers"


class Packager:
    """Builds the artifacts of one project, each once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.store = project.home / "artifacts"
        self.tree = SourceTree(project.root, HANDLERS)
        self.pins = Pins(project.root)
        self.pins.require_in_force()
        self._pinned = hashlib.sha256(self.pins.text.encode()).hexdigest()
        self._index_path = project.home / "cache" / "artifacts.json"
        self._tool = fingerprint(PACKAGE / "build")  # another version may read files otherwise
        self._index: dict[str, Any] = _read(self._index_path, self._tool)
        self._before = msgspec.json.encode(self._index)
        self._compiler, self._deflated = Compiler(), Deflated()
        self._closures: dict[Target, ImportClosures] = {}
        self.assets: dict[str, Asset] = {}
        self.notes: list[str] = []

    def look_again(self) -> None:
        """The files may have changed: nothing that was read of them counts any more."""
        self.tree = SourceTree(self.project.root, HANDLERS)
        self._closures.clear()

    def closure(self, handler: str, wanted: Target, include: Sequence[str]) -> ImportClosure:
        """The closure of a handler on a target; what deserves a word is added to the notes."""
        if wanted not in self._closures:
            distributions = Distributions(self.pins, wanted, self._part("names"))
            self._closures[wanted] = ImportClosures(self.tree, distributions, wanted.runtime, self._part("imports"))
        found = self._closures[wanted].of(handler, include)
        if not include:
            self.notes += [
                f"{place} imports what is known only at run time. If that is a file of handlers/, name it in include."
                for place in found.computed
            ]
        self.notes += [
            f"{_printable(path)} is not packaged: {why}."
            for path, why in self.tree.passed_over
            if _module(path) in found.files
        ]
        return found

    def code(self, closure: ImportClosure) -> Asset:
        """The zip of a handler."""
        digests = "".join(f"{path}\0{self.tree.digest(path)}\n" for path in closure.files)
        files = [(path, partial(self.tree.read, path)) for path in closure.files]
        return self._asset(digests, closure.handler, lambda: build_zip(files, self.store, self._deflated)[1])

    def bundle(self, folder: str, properties: Mapping[str, Any], logical_id: str) -> Asset:
        """The zip of a folder of the application's build."""
        found = bundle(self.project, folder, properties, logical_id)
        return self._asset(found.digests, found.source, lambda: build_zip(found.files, self.store, self._deflated)[1])

    def dependencies(self, requirements: Sequence[str], target: Target) -> Asset:
        """The layer of a set of requirements for a target."""
        inputs = json.dumps([list(requirements), target.python, target.machine, target.wheels, self._pinned])
        source = f"layer {', '.join(requirements)} ({target.python}, {target.machine})"

        def make() -> Path:
            made = layer.build_layer(self.pins, requirements, target, self.store, self._compiler, self._deflated)
            if not made.compiled:
                self.notes.append(
                    f"There is no Python {target.python} on this machine: the {source} has no bytecode, and functions "
                    "that use it start more slowly. A machine that has it makes another layer. To get it: "
                    f"uv python install {target.python}"
                )
            return made.path

        # Whether there is an interpreter decides about the content, so one that is found later makes it anew.
        found = bool(installer.find_python(target.python))
        return self._asset(json.dumps([inputs, found]), source, make)

    def save(self) -> None:
        """Saves the index for the next run."""
        if msgspec.json.encode(self._index) != self._before:
            keep_document(self._index_path, {"tool": self._tool, **self._index})

    def _asset(self, inputs: str, source: str, make: Callable[[], Path]) -> Asset:
        digest = hashlib.sha256(inputs.encode()).hexdigest()
        known = self._part("zips").get(digest)
        path = self.store / f"{known[0]}.zip" if known else None
        if known is None or path is None or not path.is_file():
            path = make()
            known = self._part("zips")[digest] = [path.stem, _unzipped(path)]
        key = f"{self.project.system.key}/{known[0]}.zip"
        return self.assets.setdefault(key, Asset(key, path, path.stat().st_size, source, known[1]))

    def _part(self, name: str) -> dict[str, Any]:
        part: dict[str, Any] = self._index.setdefault(name, {})
        return part


def package(project: Project, stacks: Sequence[SynthesizedStack], emit: Emit = silent) -> PackagedSystem:
    """Builds every artifact that the templates refer to and fills in its location. BuildError with file and line, or
    with the limits of AWS that are exceeded."""
    packager = Packager(project)
    handlers = sum(1 for stack in stacks for _ in resources(stack.template, FUNCTION))
    emit(Started("Packaging"))
    linked = []
    done = 0
    for stack in stacks:
        template = copied(stack.template)
        for logical_id, function in list(resources(template, FUNCTION)):
            _link(packager, template, logical_id, function, stack.includes.get(logical_id, ()))
            done += 1
            emit(Progress("Packaging", done, handlers))
        linked.append(replace(stack, template=versions.pin_versions(template)))
    packager.save()
    limits.require_within(linked, {asset.key: asset.unzipped for asset in packager.assets.values()})
    emit(Finished("Packaging", counted(len(packager.assets), "artifact")))
    for note in dict.fromkeys(packager.notes):
        emit(Note(note, "warning"))
    return PackagedSystem(tuple(linked), tuple(packager.assets.values()))


def bucket_reference(project: Project) -> dict[str, str]:
    """The artifact bucket's name as a template sees it (see `pkgops.aws.ports.artifact_bucket`)."""
    return {"Fn::Sub": f"pkgops-artifacts-{project.stage.name}-${{AWS::AccountId}}-${{AWS::Region}}"}


def _link(
    packager: Packager,
    template: dict[str, Any],
    logical_id: str,
    function: Mapping[str, Any],
    include: Sequence[str],
) -> None:
    properties = function["Properties"]
    code = properties.get("Code") or {}
    if path := inline_path(code):
        closure = packager.closure(path, target_of(properties, logical_id, local=False), include)
        sources = {file: packager.tree.read(file) for file in closure.files}
        properties["Code"] = inlined(code, path, sources, closure.requirements)
    key = code.get("S3Key")
    if not isinstance(key, str) or not key.startswith((ASSET, BUNDLE)):
        return
    if key.startswith(BUNDLE):
        made = packager.bundle(key.removeprefix(BUNDLE), properties, logical_id)
        properties["Code"] = {"S3Bucket": bucket_reference(packager.project), "S3Key": made.key}
        return
    path = key.removeprefix(ASSET)
    wanted = target_of(properties, logical_id, local=packager.project.stage.local)
    closure = packager.closure(path, wanted, include)
    require_handler(properties, closure, logical_id)
    properties["Code"] = {"S3Bucket": bucket_reference(packager.project), "S3Key": packager.code(closure).key}
    if closure.requirements:
        layer_id = _layer(packager, template, closure.requirements, wanted, properties["Runtime"])
        properties["Layers"] = [*properties.get("Layers", []), {"Ref": layer_id}]


def _layer(
    packager: Packager, template: dict[str, Any], requirements: Sequence[str], wanted: Target, runtime: str
) -> str:
    asset = packager.dependencies(requirements, wanted)
    digest = PurePosixPath(asset.key).stem
    logical_id = f"Dependencies{digest[:12]}"
    template["Resources"].setdefault(
        logical_id,
        {
            "Type": LAYER,
            "Properties": {
                "LayerName": packager.project.stage.named(f"{packager.project.system.key}-{digest[:12]}"),
                "Description": limits.shortened(requirements),
                "CompatibleRuntimes": [runtime],
                "Content": {"S3Bucket": bucket_reference(packager.project), "S3Key": asset.key},
            },
        },
    )
    return logical_id


def require_handler(properties: Mapping[str, Any], closure: ImportClosure, logical_id: str) -> None:
    """BuildError unless the file defines the handler that the function's properties name."""
    path = closure.handler
    if not closure.handles:
        raise BuildError(
            f"{path} does not define handler, which {logical_id} calls.", "Add: def handler(event, context)"
        )
    if properties["Handler"] != (expected := path.removesuffix(".py").replace("/", ".") + ".handler"):
        raise BuildError(
            f"{logical_id} packages {path}, but its Handler is {properties['Handler']}.", f"It should be {expected}."
        )


def _module(path: str) -> str:
    """The module that a file beside it would be data of."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/{name.partition('.')[0]}.py"


def _printable(path: str) -> str:
    return path.encode(errors="backslashreplace").decode()


def _unzipped(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(one.file_size for one in archive.infolist())


def _read(path: Path, tool: str) -> dict[str, Any]:
    """The index that this version of the tool has written; {} if there is none."""
    content = read_document(path) or {}
    return content if content.pop("tool", "") == tool else {}
