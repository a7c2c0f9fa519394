"""Does every handler's zip hold what the handler needs, and nothing else?

Each zip is unpacked into an empty directory and its handler imported by an interpreter that sees the zip, its layer,
the standard library and the AWS SDK, and has loaded only the last of these: what works here because the repository is
around does not count.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pkgops.build.artifacts import Asset, PackagedSystem
from pkgops.build.inline.code import inline_path
from pkgops.build.synth import resources
from pkgops.config import Project
from pkgops.local.functions import sdk
from pkgops.model import PACKAGED, Stage
from tests.architecture.tree import ROOT
from tests.builds import Builds
from tests.repository import SYSTEMS, link_project, load_system

SOURCES = (".py", ".json", ".txt", ".html", ".sql", ".js")
LAYER_LIMIT = 50_000_000  # bytes zipped: what a cold start has to fetch

# Each line of its input names a module and directories. It is imported in a copy of the process, which has loaded only
# the SDK, and that only if its directory is given: it takes most of the time, and is on every function's path.
PROGRAM = """
import importlib, json, os, sys
sys.path += sys.argv[1:]
if sys.argv[1:]:
    import boto3.dynamodb.conditions
for line in sys.stdin:
    module, path = json.loads(line)
    if os.fork():
        os.wait()
        continue
    said = ""
    try:
        sys.path[:0] = path
        assert callable(importlib.import_module(module).handler), "handler is no function"
    except BaseException as error:
        said = repr(error)
    print(json.dumps([module, said]), flush=True)
    os._exit(0)
"""


@dataclass(frozen=True)
class Deployed:
    """A function as a template has it: its system, its handler's dotted path, its zip and its layers."""

    system: str
    handler: str
    code: Asset
    layers: tuple[Asset, ...]

    @property
    def module(self) -> str:
        return self.handler.rpartition(".")[0]


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory, builds: Builds) -> dict[str, PackagedSystem]:
    """Every system, packaged for this machine below a temporary root."""
    root = tmp_path_factory.mktemp("project")
    link_project(root)
    loaded = {key: load_system(key) for key in SYSTEMS}
    return {key: builds.build(Project(root, Stage("local"), one, one.settings())) for key, one in loaded.items()}


@pytest.fixture(scope="module")
def functions(systems: dict[str, PackagedSystem]) -> list[Deployed]:
    """Every function of every system that has a zip."""
    found = [function for key, made in systems.items() for function in zipped(key, made)]
    assert found
    return found


@pytest.fixture(scope="module")
def inline(systems: dict[str, PackagedSystem]) -> dict[str, str]:
    """The code of every function that is in a template, by its handler's path, with references left out."""
    return {
        inline_path(code, PACKAGED): "".join(part for part in code["ZipFile"]["Fn::Join"][1] if isinstance(part, str))
        for made in systems.values()
        for stack in made.stacks
        for _, function in resources(stack.template, "AWS::Lambda::Function")
        if "ZipFile" in (code := function["Properties"]["Code"])
    }


def zipped(key: str, made: PackagedSystem) -> Iterator[Deployed]:
    assets = {asset.key: asset for asset in made.assets}
    for stack in made.stacks:
        for _, function in resources(stack.template, "AWS::Lambda::Function"):
            properties = function["Properties"]
            if "ZipFile" in properties["Code"] or properties["Runtime"].startswith("nodejs"):
                continue  # an application's build is no handler of this repository
            content = [
                stack.template["Resources"][layer["Ref"]]["Properties"]["Content"]
                for layer in properties.get("Layers", [])
            ]
            yield Deployed(
                key,
                properties["Handler"],
                assets[properties["Code"]["S3Key"]],
                tuple(assets[one["S3Key"]] for one in content),
            )


def names(asset: Asset) -> list[str]:
    with zipfile.ZipFile(asset.path) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def unpacked(functions: list[Deployed], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Asset key -> the directory its content lies in."""
    base = tmp_path_factory.mktemp("unpacked")
    found: dict[str, Path] = {}
    for asset in {asset.key: asset for one in functions for asset in (one.code, *one.layers)}.values():
        found[asset.key] = base / asset.path.stem
        with zipfile.ZipFile(asset.path) as archive:
            archive.extractall(found[asset.key])
    return found


def imported(wanted: list[tuple[str, list[Path]]], *sdk: Path) -> dict[str, str]:
    """Module -> what the interpreter complains about; "" if the handler is there."""
    command = [sys.executable, "-I", "-S", "-c", PROGRAM, *map(str, sdk)]
    environment = {"PATH": os.environ["PATH"]}  # no setting at all: handlers read theirs when they are called
    given = "".join(f"{json.dumps([module, [str(one) for one in path]])}\n" for module, path in wanted)
    done = subprocess.run(command, env=environment, cwd="/", input=given, capture_output=True, text=True, check=True)
    return dict(map(json.loads, done.stdout.splitlines()))


def test_every_handler_imports_from_its_zip_alone(functions, unpacked, tmp_path):
    sdk.link(tmp_path / "sdk")
    wanted = [
        (one.module, [unpacked[one.code.key], *(unpacked[layer.key] / "python" for layer in one.layers)])
        for one in functions
    ]
    assert imported(wanted, tmp_path / "sdk") == {one.module: "" for one in functions}


def test_nothing_of_another_system_is_in_a_zip(functions):
    foreign = [
        f"{one.module}: {name}"
        for one in functions
        for name in names(one.code)
        if name != "handlers/__init__.py" and not name.startswith(("handlers/common/", f"handlers/{one.system}/"))
    ]
    assert not foreign


def test_zips_hold_sources_alone(functions):
    """No caches, no requirement lists, no tests, and no handler but the zip's own."""
    entries = {one.module.replace(".", "/") + ".py" for one in functions}
    odd = [
        f"{one.module}: {name}"
        for one in functions
        for name in names(one.code)
        if not name.endswith(SOURCES)
        or "requirements" in name
        or name in entries - {one.module.replace(".", "/") + ".py"}
    ]
    assert not odd


def test_code_in_templates_imports_alone(inline, tmp_path):
    for path, code in inline.items():
        folder = tmp_path / path.replace("/", "-")
        folder.mkdir()
        (folder / "index.py").write_text(code, encoding="utf-8")
        assert imported([("index", [folder])]) == {"index": ""}, path


def test_every_handler_file_is_deployed(functions, inline):
    """A file with a ``handler`` that no template names is forgotten, or a leftover."""
    deployed = {one.module.replace(".", "/") + ".py" for one in functions} | set(inline)
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "handlers").rglob("*.py")
        if "\ndef handler(" in path.read_text(encoding="utf-8")
    }
    assert there == deployed


def test_layers_are_small_and_clean(functions):
    layers = {layer.key: layer for one in functions for layer in one.layers}.values()
    assert not [layer.source for layer in layers if layer.size > LAYER_LIMIT]
    odd = [name for layer in layers for name in names(layer) if not name.startswith("python/")]
    assert not odd
    bare = [layer.source for layer in layers if not any(name.endswith(".pyc") for name in names(layer))]
    assert not bare, "every cold start would compile it"
