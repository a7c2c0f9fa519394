"""Projects to try the pipeline on: a small source tree, stages, and stacks made of plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.model import Stack, Stage, System
from tests.pkgops.fakes.ports import FakePorts


@dataclass(frozen=True)
class NoSettings:
    """A system without settings."""


SYSTEM = System(
    key="demo",
    title="Demo",
    stacks=(Stack("store", "DemoStore"), Stack("web", "DemoWeb", ("WebStack",)), Stack("alone", "DemoAlone")),
    settings=NoSettings,
    environments={"dev": "development", "prod": "production"},
    check=lambda stage, settings: [],
    tags=lambda stage: {"Project": "Demo", "Stage": stage.name},
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, Stage("local"), SYSTEM, NoSettings())


@pytest.fixture
def production(project: Project) -> Project:
    return replace(project, stage=Stage("prod", account="123456789012", protected=True))


@pytest.fixture
def ports() -> FakePorts:
    """With the artifact bucket's stack in place."""
    made = FakePorts()
    made.stacks.deployed("PkgopsBootstrap-local", "CREATE_COMPLETE")
    made.stacks.deployed("PkgopsBootstrap", "CREATE_COMPLETE")
    return made


def stack(key: str, stage: Stage, uses: dict[str, str] | None = None, **resources: dict[str, Any]) -> SynthesizedStack:
    """A stack of one queue (or the given resources) with an output ``Name`` and parameters as ``uses`` says."""
    name = next(row.name for row in SYSTEM.stacks if row.key == key)
    declared = resources or {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"demo-{key}"}}}
    template: dict[str, Any] = {"Resources": declared, "Outputs": {"Name": {"Value": f"demo-{key}"}}}
    if uses:
        template["Parameters"] = {parameter: {"Type": "String"} for parameter in uses}
    return SynthesizedStack("demo", key, stage.named(name), template, uses or {}, SYSTEM.tags(stage))


@pytest.fixture
def system_of() -> Callable[..., PackagedSystem]:
    """store <- web, and alone: the smallest system with an order and with something independent of it."""

    def make(stage: Stage, **changed: SynthesizedStack) -> PackagedSystem:
        stacks = {
            "store": stack("store", stage),
            "web": stack("web", stage, {"StoreName": "store.Name"}),
            "alone": stack("alone", stage),
        }
        return PackagedSystem(tuple({**stacks, **changed}.values()), ())

    return make
