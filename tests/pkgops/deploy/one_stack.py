"""A system of one stack on the emulator, and calls to it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pkgops.aws.ports import AwsPorts
from pkgops.build.artifacts import PackagedSystem
from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.deploy.deploy import Report, deploy
from pkgops.deploy.destroy import destroy, plan_destroy
from pkgops.errors import RefusedError
from pkgops.local.client.emulator import Emulator
from pkgops.model import LOCAL_ACCOUNT, Stack, Stage, System
from pkgops.plan.options import PlanOptions
from pkgops.plan.plan import Plan
from pkgops.plan.prepare import prepare, preview
from tests.repository import ROOT

CREATED = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


@dataclass(frozen=True)
class NoSettings:
    """A system without settings."""


class Place:
    """One stack: looked at, deployed, refused, compared and destroyed."""

    def __init__(self, root: Path, emulator: Emulator, name: str) -> None:
        root.mkdir()
        (root / "templates").symlink_to(ROOT / "templates")
        self.name = name
        stage = Stage("local", account=LOCAL_ACCOUNT)
        system = System("way", "Way", (Stack("one", name),), NoSettings, {}, lambda *_: [], lambda _: {"Tag": "value"})
        self.project = Project(root, stage, system, NoSettings())
        self.ports = AwsPorts(stage, emulator.endpoint, root_secret=emulator.credentials().secret)
        self.stack = stage.named(name)

    def packaged(self, resources: dict[str, Any], **outputs: Any) -> PackagedSystem:
        template = {"Resources": resources, "Outputs": {"Word": {"Value": "word"}, **outputs}}
        return PackagedSystem((SynthesizedStack("way", "one", self.stack, template, {}, {"Tag": "value"}),), ())

    def previewed(self, resources: dict[str, Any], **options: Any) -> Plan:
        return preview(self.project, self.packaged(resources), self.ports, options=PlanOptions(**options))

    def prepared(self, resources: dict[str, Any], **options: Any) -> Plan:
        return prepare(self.project, self.packaged(resources), self.ports, options=PlanOptions(**options))

    def deployed(self, resources: dict[str, Any], **options: Any) -> Report:
        report = deploy(self.prepared(resources, **options), self.ports)
        assert report.ok, report
        return report

    def refused(self, resources: dict[str, Any], **options: Any) -> RefusedError:
        before = self.ports.stacks.describe()
        with pytest.raises(RefusedError) as error:
            self.prepared(resources, **options)
        assert [state.name for state in self.ports.stacks.describe()] == [state.name for state in before]
        return error.value

    def equal(self, resources: dict[str, Any]) -> None:
        """Deployed is what the template says, and the next deployment has nothing to do."""
        (state,) = [state for state in self.ports.stacks.describe() if state.name == self.stack]
        assert state.status in CREATED
        assert state.tags["Tag"] == "value"
        assert state.outputs["Word"] == "word"
        assert json.loads(self.ports.stacks.template(self.stack))["Resources"] == resources
        assert {row.logical_id for row in self.ports.stacks.resources(self.stack)} == set(resources)
        assert not self.previewed(resources).changed

    def destroyed(self) -> None:
        report = destroy(plan_destroy(self.project, self.packaged({}).stacks, self.ports, ["one"]), self.ports)
        assert [result.status for result in report.results] == ["DELETE_COMPLETE"], report
