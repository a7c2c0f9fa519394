"""What is said at the end of a deployment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.cli.output.console import Console
from pkgops.cli.output.deployment_text import not_emulated, print_deployment
from pkgops.cli.output.mode import OutputMode
from pkgops.cli.output.plan_text import plan_text
from pkgops.cli.output.terminal import plain
from pkgops.config import Project
from pkgops.declarations import Database, Site
from pkgops.deploy.deploy import deploy
from pkgops.model import Stage
from pkgops.plan.plan import Plan
from pkgops.plan.prepare import prepare
from tests.pkgops.conftest import SYSTEM, NoSettings, stack
from tests.pkgops.fakes.ports import FakePorts

Made = Callable[..., Plan]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, Stage("local"), SYSTEM, NoSettings())


@pytest.fixture
def planned(project: Project, ports: FakePorts, system_of: Callable[..., PackagedSystem]) -> Made:
    """Deploys the demo with these resources in stack ``alone``; the plan of that."""

    def make(**resources: dict[str, Any]) -> Plan:
        packaged = system_of(project.stage, alone=stack("alone", project.stage, **resources))
        plan = prepare(project, packaged, ports, approve=lambda plan: None)
        assert deploy(plan, ports).ok
        return plan

    return make


def bucket(name: str) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}


def test_what_is_not_emulated_is_said_when_a_system_gets_the_first_resource_of_a_type(
    planned: Made, project: Project
) -> None:
    said = "Not emulated:\n  Lifecycle rules expire nothing and access logs are not written."
    assert not_emulated(planned(One=bucket("one"))) == said
    assert not_emulated(planned(One=bucket("changed"))) == ""
    assert not_emulated(planned(One=bucket("changed"), Two=bucket("two"))) == ""
    budget = {"Type": "AWS::Budgets::Budget", "Properties": {}}
    assert not_emulated(planned(One=bucket("changed"), New=budget)) == "Not emulated:\n  Budgets measure nothing."
    assert not_emulated(planned(One=bucket("changed"), New=budget)) == ""


def test_nothing_is_said_of_the_emulator_on_aws(planned: Made, project: Project) -> None:
    dev = replace(project, stage=Stage("dev", account="123456789012"))
    assert not_emulated(replace(planned(One=bucket("one")), project=dev)) == ""


def test_an_update_for_a_value_in_ssm_alone_says_so(planned: Made, ports: FakePorts) -> None:
    ports.parameters.there["/image"] = "one"
    named = {"One": bucket("a-{{resolve:ssm:/image}}")}
    planned(**named)
    ports.parameters.there["/image"] = "two"
    text = plain(plan_text(planned(**named), full=False))
    assert text.endswith("\n  DemoAlone-local  update\n    ~ values in SSM  /image")


@pytest.mark.parametrize(("content", "published"), [("pages", "demo"), ("", "demo DIR")])
def test_a_system_that_was_created_lacks_its_pages(
    planned: Made, project: Project, capsys: pytest.CaptureFixture[str], content: str, published: str
) -> None:
    plan = planned(One=bucket("one"))
    shown = replace(project, system=replace(SYSTEM, site=Site("alone.BucketName", content=content)))
    print_deployment(Console(OutputMode()), replace(plan, project=shown), (), 1.0)
    assert f"Next: pkgops web publish {published} --stage local\n" in capsys.readouterr().err
    unchanged = planned(One=bucket("one"))
    print_deployment(Console(OutputMode()), replace(unchanged, project=shown), (), 1.0)
    assert "Next:" not in capsys.readouterr().err


def test_a_system_that_was_created_lacks_its_tables(
    planned: Made, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database("demo/database", "handlers/demo/migrate.py", "handlers/demo/migrations")
    site = Site("alone.BucketName", content="pages")
    shown = replace(project, system=replace(SYSTEM, database=database, site=site))
    print_deployment(Console(OutputMode()), replace(planned(One=bucket("one")), project=shown), (), 1.0)
    steps = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Next: ")]
    assert steps == ["Next: pkgops db migrate demo --stage local", "Next: pkgops web publish demo --stage local"]
    print_deployment(Console(OutputMode()), replace(planned(One=bucket("one")), project=shown), (), 1.0)
    assert "Next:" not in capsys.readouterr().err


def test_a_plan_says_what_express_mode_means(planned: Made, project: Project) -> None:
    said = "Express mode: stacks end before their resources are ready; what fails is still rolled back."
    plan = planned(One=bucket("one"))
    assert said not in plan_text(plan, full=False)
    express = replace(project, stage=Stage("dev", account="123456789012", express=True))
    assert said in plan_text(replace(plan, project=express), full=False)
