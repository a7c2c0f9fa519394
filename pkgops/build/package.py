"""Packaging: the artifacts of a system, and its templates with references to them.

Each handler gets a zip of its import closure, each distinct set of requirements a layer. Everything is cached by
content under ``.pkgops``: what has not changed is neither zipped nor installed again.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pkgops.build import layer, versions
from pkgops.build.archive import build_zip
from pkgops.build.import_closure import PINS, ImportClosure, ImportClosures
from pkgops.build.synth import SynthesizedStack, resources
from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.events import Emit, Finished, Progress, Started, silent
from pkgops.model import ASSET
from pkgops.own_files import keep_document, read_document
from pkgops.text_file import read_text
from pkgops.wording import counted

FUNCTION = "AWS::Lambda::Function"
LAYER = "AWS::Lambda::LayerVersion"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file for the artifact bucket. ``key`` is its object key, ``path`` the local file, ``size`` bytes; ``source`` is
    the handler's path or the requirements of a layer."""

    key: str
    path: Path
    size: int
    source: str


@dataclass(frozen=True, slots=True)
class PackagedSystem:
    """Templates with all placeholders replaced, and the assets they refer to."""

    stacks: tuple[SynthesizedStack, ...]
    assets: tuple[Asset, ...]


class Packager:
    """Builds the artifacts of one project, each once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.store = project.home / "artifacts"
        self._index_path = project.home / "cache" / "artifacts.json"
        self._index: dict[str, Any] = read_document(self._index_path) or {}
        self._before = json.dumps(self._index, sort_keys=True)
        self.closures = ImportClosures(
            project.root, {k: [(n, i) for n, i in v] for k, v in self._part("imports").items()}
        )
        self.assets: dict[str, Asset] = {}

    def code(self, closure: ImportClosure) -> Asset:
        """The zip of a handler."""
        digests = "".join(f"{path}\0{self.closures.digest(path)}\n" for path in closure.files)
        files = [(path, self.project.root / path) for path in closure.files]
        return self._asset(digests, closure.handler, lambda: build_zip(files, self.store))

    def dependencies(self, requirements: Sequence[str], target: layer.Target) -> Asset:
        """The layer of a set of requirements for a target."""
        pins = read_text(self.project.root / PINS, PINS, BuildError)
        inputs = json.dumps([list(requirements), target.python, target.machine, pins])
        source = f"layer {', '.join(requirements)} ({target.python}, {target.machine})"
        return self._asset(
            inputs, source, lambda: layer.build_layer(self.project.root, requirements, target, self.store)
        )

    def save(self) -> None:
        """Saves the index for the next run."""
        self._index["imports"] = self.closures.known
        after = json.dumps(self._index, sort_keys=True)
        if after != self._before:
            keep_document(self._index_path, self._index)

    def _asset(self, inputs: str, source: str, make: Any) -> Asset:
        digest = hashlib.sha256(inputs.encode()).hexdigest()
        known = self._part("zips").get(digest)
        path = self.store / f"{known}.zip" if known else None
        if path is None or not path.is_file():
            known, path = make()
            self._part("zips")[digest] = known
        asset = Asset(f"{self.project.system.key}/{known}.zip", path, path.stat().st_size, source)
        return self.assets.setdefault(asset.key, asset)

    def _part(self, name: str) -> dict[str, Any]:
        part: dict[str, Any] = self._index.setdefault(name, {})
        return part


def package(project: Project, stacks: Sequence[SynthesizedStack], emit: Emit = silent) -> PackagedSystem:
    """Builds every artifact that the templates refer to and fills in its location. BuildError with file and line."""
    packager = Packager(project)
    handlers = sum(1 for stack in stacks for _ in resources(stack.template, FUNCTION))
    emit(Started("Packaging"))
    linked = []
    done = 0
    for stack in stacks:
        template = copy.deepcopy(stack.template)
        for logical_id, function in list(resources(template, FUNCTION)):
            _link(packager, template, logical_id, function)
            done += 1
            emit(Progress("Packaging", done, handlers))
        linked.append(replace(stack, template=versions.pin_versions(template)))
    packager.save()
    emit(Finished("Packaging", counted(len(packager.assets), "artifact")))
    return PackagedSystem(tuple(linked), tuple(packager.assets.values()))


def bucket_reference(project: Project) -> dict[str, str]:
    """The artifact bucket's name as a template sees it (see `pkgops.aws.ports.artifact_bucket`)."""
    return {"Fn::Sub": f"pkgops-artifacts-{project.stage.name}-${{AWS::AccountId}}-${{AWS::Region}}"}


def _link(packager: Packager, template: dict[str, Any], logical_id: str, function: Mapping[str, Any]) -> None:
    properties = function["Properties"]
    path = str(properties["Code"].get("S3Key", "")).removeprefix(ASSET)
    if not properties["Code"].get("S3Key", "").startswith(ASSET):
        return
    closure = packager.closures.of(path)
    _require_handler(properties, path, logical_id)
    bucket = bucket_reference(packager.project)
    properties["Code"] = {"S3Bucket": bucket, "S3Key": packager.code(closure).key}
    if closure.requirements:
        layer_id = _layer(packager, template, closure.requirements, properties)
        properties["Layers"] = [*properties.get("Layers", []), {"Ref": layer_id}]


def _layer(
    packager: Packager, template: dict[str, Any], requirements: Sequence[str], properties: Mapping[str, Any]
) -> str:
    architecture = properties.get("Architectures", ["x86_64"])[0]
    wanted = layer.layer_target(properties["Runtime"], architecture, packager.project.stage.local)
    asset = packager.dependencies(requirements, wanted)
    digest = asset.path.stem
    logical_id = f"Dependencies{digest[:12]}"
    template["Resources"].setdefault(
        logical_id,
        {
            "Type": LAYER,
            "Properties": {
                "LayerName": packager.project.stage.named(f"{packager.project.system.key}-{digest[:12]}"),
                "Description": ", ".join(requirements),
                "CompatibleRuntimes": [properties["Runtime"]],
                "Content": {"S3Bucket": bucket_reference(packager.project), "S3Key": asset.key},
            },
        },
    )
    return logical_id


def _require_handler(properties: Mapping[str, Any], path: str, logical_id: str) -> None:
    expected = path.removesuffix(".py").replace("/", ".") + ".handler"
    if properties["Handler"] != expected:
        raise BuildError(
            f"{logical_id} packages {path}, but its Handler is {properties['Handler']}.", f"It should be {expected}."
        )
