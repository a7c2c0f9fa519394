"""Does what is deployed follow the files beside the code, and the values that a template names?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pkgops.aws.ports import AwsPorts
from pkgops.build.build import build
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.local.client.emulator import Emulator
from pkgops.operate.diff import diff
from pkgops.plan.prepare import prepare, preview
from tests import probe as probes
from tests.probe import Probe

pytestmark = pytest.mark.emulator

READ = 'from pathlib import Path\n\n\ndef answer():\n    return Path(__file__).with_suffix(".csv").read_text()'
NAMED = """\
parameter = Parameter("Greeted", Type="AWS::SSM::Parameter::Value<String>", Default="/probe/greeting")
scope.template.add_parameter(parameter)
scope.output("Looked", Ref(parameter))
scope.add(sqs.Queue("Named", QueueName="probe-{{resolve:ssm:/probe/queue}}"))
"""


class Deployed:
    """The probe on the emulator."""

    def __init__(self, probe: Probe, emulator: Emulator) -> None:
        self.project: Project = probe.load()
        secret = emulator.credentials().secret
        self.ports = AwsPorts(self.project.stage, emulator.endpoint, root_secret=secret)

    def actions(self) -> list[str]:
        plan = preview(self.project, build(self.project, checked=False), self.ports)
        return [step.action.value for step in plan.steps]

    def changed(self) -> dict[str, list[str]]:
        """The properties that differ, by resource."""
        plan = preview(self.project, build(self.project, checked=False), self.ports)
        rows = [resource for row in diff(plan, self.ports) for resource in row.resources]
        return {row.logical_id: [one.path for one in row.differences] for row in rows}

    def deploy(self) -> None:
        deploy(prepare(self.project, build(self.project, checked=False), self.ports), self.ports)

    def answer(self) -> Any:
        return json.loads(self.ports.functions.invoke("probe-one-local", b"{}").payload)

    def output(self, name: str) -> str:
        return next(one for one in self.ports.stacks.describe() if one.name == "Probe-local").outputs[name]


@pytest.fixture
def deployed(tmp_path: Path, emulator: Emulator, aws: Callable[[str], Any]) -> Iterator[tuple[Probe, Deployed]]:
    probe = probes.make(tmp_path, emulator.port)
    probe.handler(READ)
    probe.write("handlers/probe/one.csv", "first")
    probe.stack(more=NAMED)
    aws("ssm").put_parameter(Name="/probe/greeting", Value="good morning", Type="String", Overwrite=True)
    aws("ssm").put_parameter(Name="/probe/queue", Value="one", Type="String", Overwrite=True)
    yield probe, Deployed(probe, emulator)
    aws("cloudformation").delete_stack(StackName="Probe-local")
    probes.forget()


def test_a_changed_file_and_a_changed_value_are_updates(
    deployed: tuple[Probe, Deployed], aws: Callable[[str], Any]
) -> None:
    probe, system = deployed
    system.deploy()
    assert (system.answer(), system.output("Looked"), system.actions()) == ("first", "good morning", ["unchanged"])
    probe.write("handlers/probe/one.csv", "second")
    probe.write("handlers/probe/one.csv~", "left over")
    assert system.actions() == ["update"]
    system.deploy()
    assert (system.answer(), system.actions()) == ("second", ["unchanged"])
    aws("ssm").put_parameter(Name="/probe/greeting", Value="good evening", Type="String", Overwrite=True)
    assert system.actions() == ["update"]
    system.deploy()
    assert (system.output("Looked"), system.actions()) == ("good evening", ["unchanged"])
    aws("ssm").put_parameter(Name="/probe/queue", Value="two", Type="String", Overwrite=True)
    assert system.actions() == ["update"], "a dynamic reference, which no parameter of the stack shows"
    system.deploy()
    assert aws("sqs").get_queue_url(QueueName="probe-two")["QueueUrl"]
    assert system.actions() == ["unchanged"]


def test_a_text_that_is_not_ascii_is_no_difference(deployed: tuple[Probe, Deployed]) -> None:
    """CloudFormation answers question marks for it when it is asked for the template that is deployed."""
    probe, system = deployed
    described = 'scope.template.resources["OneFunction"].Description = "Prüft die Übersicht"'
    probe.handler('def answer():\n    return "two"', "two")
    probe.stack('Function("one")', 'Function("two")', more=described)
    system.deploy()
    probe.handler('def answer():\n    return "three"', "two")
    assert system.changed() == {"TwoFunction": ["Properties/Code/S3Key"]}
