"""Does a plan say what changes besides resources, and count what is in its way and nothing else?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pkgops.build.artifacts import PackagedSystem
from pkgops.cli.output.plan_text import plan_text
from pkgops.cli.output.terminal import plain
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.events import Finished
from pkgops.plan.prepare import prepare, preview
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts

SECRET = "AWS::SecretsManager::Secret"
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {}}


def with_outputs(project: Project, **outputs: dict[str, Any]) -> PackagedSystem:
    made = stack("alone", project.stage, Queue=QUEUE)
    made.template["Outputs"] = outputs
    return PackagedSystem((made,), ())


def test_a_plan_of_outputs_alone_names_those_that_come_and_go(project: Project, ports: FakePorts) -> None:
    before = with_outputs(project, Old={"Value": "a"}, Same={"Value": "b"})
    assert deploy(prepare(project, before, ports), ports).ok
    after = with_outputs(
        project, New={"Value": "c"}, Same={"Value": "d"}, Seldom={"Value": "e", "Condition": "Unknown"}
    )
    lines = plain(plan_text(preview(project, after, ports), full=False)).splitlines()
    assert [line.strip() for line in lines if "outputs" in line] == ["~ outputs  New, Old"]


def test_a_secret_that_is_as_it_should_be_is_no_conflict(
    project: Project, ports: FakePorts, system_of: Callable[..., PackagedSystem]
) -> None:
    declaring = replace(project, system=replace(project.system, secrets=("demo/token", "demo/other")))
    events: list[object] = []
    ports.existing.put(SECRET, project.stage.named("demo/other"))
    assert not preview(declaring, system_of(project.stage), ports, events.append).conflicts
    assert Finished("Looking for conflicts", "0 of 5 names taken") in events
    ports.existing.put(SECRET, project.stage.named("demo/token"), deleting=True)
    preview(declaring, system_of(project.stage), ports, events.append)
    assert Finished("Looking for conflicts", "1 of 5 names taken") in events
