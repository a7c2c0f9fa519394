"""The guide to Next.js applications: its blocks are a project, which is built and checked as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from pkgops.build.node.builder import app_directory
from pkgops.build.synth import SynthesizedStack, synth
from pkgops.config import Project, load
from tests.builds import Builds
from tests.pkgops.next_project import manifest
from tests.pkgops.web_project import write
from tests.repository import ROOT

GUIDE = ROOT / "docs/guides/nextjs.md"
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# The stack with the database, of which the guide says nothing but its name.
DATA = """
from troposphere import Ref
from pkgops.kit.secret import JsonSecret, json_secret

def build(scope):
    scope.output("SecretArn", Ref(json_secret(scope, JsonSecret("shop/database", ("username", "host")))))
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The project that somebody has who writes the guide's files."""
    files = {path: text for _, path, text in _BLOCK.findall(GUIDE.read_text(encoding="utf-8")) if path}
    assert len(files) == 3
    own = {"stages.toml": "[local]\n[dev]\n", "app/package.json": "{}", "templates/shop/data.py": DATA}
    return load("dev", "shop", write(tmp_path, {**files, **own}), environ={})


def stacks(project: Project, built: dict[str, Any] | None) -> list[SynthesizedStack]:
    return synth(project.system, project.stage, project.settings, built)


def test_the_guides_system_is_one(project: Project, builds: Builds) -> None:
    assert app_directory(project) == project.root / "app"
    for stack in stacks(project, manifest()):
        assert builds.findings(stack, project.stage.region) == []


def test_what_the_system_names_is_an_output(project: Project) -> None:
    outputs = {f"{stack.key}.{name}" for stack in stacks(project, manifest()) for name in stack.template["Outputs"]}
    site, app = project.system.site, project.system.app
    assert site is not None
    assert app is not None
    assert {site.bucket, site.distribution, site.url, app.tags} <= outputs
    assert app.tags.partition(".")[2] not in stacks(project, None)[1].template["Outputs"]


def test_commands_of_the_guide_name_the_guides_system() -> None:
    commands = re.findall(r"pkgops (?:web build|deploy|outputs|web publish) (\w+)", GUIDE.read_text(encoding="utf-8"))
    assert set(commands) == {"shop"}
