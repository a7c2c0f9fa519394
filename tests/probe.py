"""A project of one system, ``probe``: a stack ``main`` with a role, and a function for each row it is given."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

from pkgops import config
from pkgops import project as projects
from pkgops.build.artifacts import PackagedSystem
from pkgops.build.build import synthesized
from pkgops.build.package import package
from pkgops.build.synth import resources
from pkgops.events import Emit, silent
from pkgops.local.functions import sdk

SYSTEM = '''"""Probe: what a test tries."""

from dataclasses import dataclass

from pkgops.model import Stack, System


@dataclass(frozen=True)
class Settings:
    greeting: str = "hello"


SYSTEM = System(
    key="probe",
    title="Probe",
    stacks=(Stack("main", "Probe"),),
    settings=Settings,
    environments={},
    check=lambda stage, settings: [],
    tags=lambda stage: {},
)
'''
MAIN = '''"""The functions."""

from troposphere import Output, Parameter, Ref, awslambda, iam, logs, sqs

from pkgops.kit.function import Function, FunctionDefaults, functions
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    defaults = FunctionDefaults("handlers/probe", "probe-", runtime="python3.12"%(defaults)s)
    functions(scope, defaults, [%(rows)s])
    scope.output("Greeting", scope.settings.greeting)
%(more)s'''
PROGRAM = """
import importlib, json, sys
sys.path[:0] = sys.argv[2:-1]
sys.path.append(sys.argv[-1])
print(json.dumps(importlib.import_module(sys.argv[1]).handler({}, None)))
"""


@dataclass
class Probe:
    """The project at ``root``."""

    root: Path

    def write(self, name: str, text: str) -> Path:
        """A file of the project. Bytecode knows its source by second and size: what was compiled of a file that is
        written twice within a second goes."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        Path(cache_from_source(str(path))).unlink(missing_ok=True)
        return path

    def handler(self, body: str, name: str = "one") -> None:
        """A handler whose ``answer`` is what ``body`` computes."""
        self.write(f"handlers/probe/{name}.py", f"{body}\n\n\ndef handler(event, context):\n    return answer()\n")

    def stack(self, *rows: str, defaults: str = "", more: str = "") -> None:
        """The stack's rows ('Function("one")'), what its functions share, and further lines of ``build``."""
        listed = ", ".join(rows or ('Function("one")',))
        indented = "".join(f"    {line}\n" for line in more.splitlines())
        values = {"rows": listed, "defaults": f", {defaults}" if defaults else "", "more": indented}
        self.write("templates/probe/main.py", MAIN % values)

    def load(self, stage: str = "local") -> config.Project:
        """The configuration, with the templates as they are now."""
        for name in [name for name in sys.modules if name == "templates" or name.startswith("templates.")]:
            del sys.modules[name]
        return config.load(stage, "probe", root=self.root, environ={})

    def package(self, stage: str = "local", emit: Emit = silent) -> PackagedSystem:
        """Packages without the cache of builds."""
        project = self.load(stage)
        return package(project, synthesized(project), emit)

    def names(self, packaged: PackagedSystem, name: str = "one") -> set[str]:
        """The files in the zip of a function."""
        with zipfile.ZipFile(self._archives(packaged, name)[0]) as archive:
            return set(archive.namelist())

    def layer(self, packaged: PackagedSystem, name: str = "one") -> dict[str, bytes]:
        """What a function's layers hold."""
        found: dict[str, bytes] = {}
        for path in self._archives(packaged, name)[1:]:
            with zipfile.ZipFile(path) as archive:
                found |= {one: archive.read(one) for one in archive.namelist()}
        return found

    def answer(self, packaged: PackagedSystem, name: str = "one") -> Any:
        """What a function answers that has nothing but its zip, its layers, the standard library and the SDK."""
        place = Path(tempfile.mkdtemp(dir=self.root))
        code, *layers = self._archives(packaged, name)
        for number, path in enumerate((code, *layers)):
            with zipfile.ZipFile(path) as archive:
                archive.extractall(place / str(number))
        (self.root / "sdk").mkdir(exist_ok=True)
        sdk.link(self.root / "sdk")
        paths = [str(place / "0"), *(str(place / str(number) / "python") for number in range(1, 1 + len(layers)))]
        command = [sys.executable, "-I", "-S", "-B", "-c", PROGRAM, f"handlers.probe.{name}", *paths]
        done = subprocess.run([*command, str(self.root / "sdk")], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def _archives(self, packaged: PackagedSystem, name: str) -> list[Path]:
        assets = {asset.key: asset.path for asset in packaged.assets}
        (stack,) = packaged.stacks
        for _, function in resources(stack.template, "AWS::Lambda::Function"):
            if function["Properties"]["Handler"] == f"handlers.probe.{name}.handler":
                layers = [layer["Ref"] for layer in function["Properties"].get("Layers", [])]
                content = [stack.template["Resources"][one]["Properties"]["Content"]["S3Key"] for one in layers]
                return [assets[key] for key in (function["Properties"]["Code"]["S3Key"], *content)]
        raise AssertionError(f"There is no function {name}.")


def make(root: Path, port: int = 4566) -> Probe:
    """A new project with one function, which answers "hello"."""
    probe = Probe(root)
    probe.write("stages.toml", f'[local]\nport = {port}\n\n[dev]\naccount = "123456789012"\n')
    probe.write("templates/probe/__init__.py", SYSTEM)
    probe.write("handlers/__init__.py", "")
    probe.write("handlers/probe/__init__.py", "")
    probe.handler('def answer():\n    return "hello"')
    probe.stack()
    return probe


def forget() -> None:
    """Makes ``templates`` mean this repository's again."""
    from tests.repository import ROOT

    projects.use_templates(ROOT)
