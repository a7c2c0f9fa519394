"""Detection of drift, value by value, and deployments that revert it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import Report, deploy
from pkgops.errors import RefusedError
from pkgops.events import Event, Progress
from pkgops.operate.diff import Difference
from pkgops.operate.drift import StackDrift, detect_drift, drift_diff
from pkgops.plan.options import PlanOptions
from pkgops.plan.plan import Plan
from pkgops.plan.prepare import prepare, preview
from pkgops.plan.review.review import ConcernKind, drift_concerns
from pkgops.plan.step import Action
from pkgops.ports.drift import PropertyDrift, ResourceDrift
from pkgops.ports.stacks import ChangeSet, ResourceChange
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts
from tests.pkgops.fakes.stacks import FakeStacks

Make = Callable[..., PackagedSystem]
REVERT = PlanOptions(revert_drift=True)
QUEUE = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {}}, "Table": {"Type": "AWS::DynamoDB::Table"}}


def run(project: Project, packaged: PackagedSystem, ports: FakePorts, **options: Any) -> tuple[Plan, Report]:
    made = prepare(project, packaged, ports, options=PlanOptions(**options))
    return made, deploy(made, ports)


@pytest.fixture
def deployed(project: Project, ports: FakePorts, system_of: Make) -> PackagedSystem:
    packaged = system_of(project.stage, store=stack("store", project.stage, **QUEUE))
    run(project, packaged, ports)
    ports.stacks.calls.clear()
    return packaged


def differences(ports: FakePorts, path: str, expected: str | None, actual: str | None) -> tuple[Difference, ...]:
    """The differences of one drifted property."""
    ports.stacks.deployed("One", "CREATE_COMPLETE", {"Resources": {"A": {"Type": "AWS::Lambda::Function"}}})
    ports.stacks.drifts = {"A": {path: (expected, actual)}}
    (resource,) = detect_drift(["One"], ports)["One"].resources
    return resource.differences


def test_each_detection_is_polled_until_it_completes(ports: FakePorts) -> None:
    for name in ("One", "Two"):
        ports.stacks.deployed(name, "CREATE_COMPLETE", {"Resources": {name: {"Type": "AWS::SQS::Queue"}}})
    ports.stacks.drifts = {"Two": None}
    events: list[Event] = []
    found = detect_drift(["Two", "One"], ports, events.append)
    assert [(name, drift.status, drift.checked) for name, drift in found.items()] == [
        ("Two", "DRIFTED", 1),
        ("One", "IN_SYNC", 1),
    ]
    assert [event.done for event in events if isinstance(event, Progress)] == [1, 2]
    # Both are started before either is waited for, and they are polled in turn.
    assert [row.split()[0] for row in ports.drift.asked] == ["begin", "begin", *["detection"] * 4]
    assert [row.split()[1] for row in ports.drift.asked[2:]] == ["Two", "One", "Two", "One"]


def test_a_stack_that_cannot_be_checked_now_is_reported(ports: FakePorts) -> None:
    ports.stacks.deployed("Busy", "UPDATE_IN_PROGRESS")
    ports.stacks.deployed("Odd", "CREATE_COMPLETE")
    ports.drift.failing["Odd"] = "Failed to detect drift on resource [A]"
    found = detect_drift(["Busy", "Odd"], ports)
    assert found["Busy"] == StackDrift("Busy", "NOT_CHECKED", "Stack [Busy] is in UPDATE_IN_PROGRESS state")
    assert (found["Odd"].status, found["Odd"].reason) == ("UNKNOWN", "Failed to detect drift on resource [A]")


def test_a_deleted_resource_is_removed_and_its_data_lost(ports: FakePorts) -> None:
    resources = {"T": {"Type": "AWS::DynamoDB::Table"}, "Q": {"Type": "AWS::SQS::Queue"}}
    ports.stacks.deployed("One", "CREATE_COMPLETE", {"Resources": resources})
    ports.stacks.drifts = dict.fromkeys(resources)
    shown = drift_diff("one", detect_drift(["One"], ports)["One"])
    assert [(row.logical_id, row.action, row.stateful_loss) for row in shown.resources] == [
        ("Q", "remove", False),
        ("T", "remove", True),
    ]
    assert (shown.key, shown.action, shown.empty) == ("one", "drifted", False)


@pytest.mark.parametrize(
    ("path", "expected", "actual", "rows"),
    [
        ("/Timeout", "5", "60", [("Properties/Timeout", "5", "60")]),
        ("/Handler", "app.handler", "x.y", [("Properties/Handler", '"app.handler"', '"x.y"')]),
        ("/Tags/1", None, '{"Key": "a", "Value": "b"}', [("Properties/Tags/1", None, '{"Key": "a", "Value": "b"}')]),
        ("/Description", "text", None, [("Properties/Description", '"text"', None)]),
        ("/Environment", '{"A": 1, "B": 2}', '{"A": 1, "B": 3}', [("Properties/Environment/B", "2", "3")]),
    ],
)
def test_values_are_reported_as_differences(
    ports: FakePorts, path: str, expected: str | None, actual: str | None, rows: list[Any]
) -> None:
    assert [(row.path, row.before, row.after) for row in differences(ports, path, expected, actual)] == rows


def test_a_secret_typed_into_a_variable_is_redacted(ports: FakePorts) -> None:
    (row,) = differences(ports, "/Environment/Variables/TOKEN", "one-secret", "another-secret")
    assert (row.path, row.before, row.after) == (
        "Properties/Environment/Variables/TOKEN",
        '"(hidden)"',
        '"(hidden)"',
    )
    (row,) = differences(ports, "/Environment", '{"TOKEN": "one-secret"}', '{"TOKEN": "another-secret"}')
    assert "secret" not in f"{row.before}{row.after}"
    assert row.path == "Properties/Environment"


def test_what_could_not_be_read_is_named(ports: FakePorts) -> None:
    ports.stacks.deployed("One", "CREATE_COMPLETE")
    unknown = ResourceDrift("A", "a", "AWS::SQS::Queue", "UNKNOWN", (PropertyDrift("/x", "1", "2"),), "denied")
    ports.drift.resources = lambda stack: [unknown]
    drift = detect_drift(["One"], ports)["One"]
    assert (drift.reason, drift.resources) == ("A: denied", ())


def test_a_deployment_reverts_drift_only_if_requested(
    project: Project, ports: FakePorts, deployed: PackagedSystem
) -> None:
    ports.stacks.drifts = {"Table": {"/BillingMode": ("A", "B")}}
    made, _ = run(project, deployed, ports)
    assert not made.changed
    assert ports.stacks.calls == ["describe"]
    made, report = run(project, deployed, ports, revert_drift=True)
    store = made.steps[0]
    assert [(row.logical_id, row.action, row.drift, row.properties) for row in store.changes] == [
        ("Table", "Modify", "MODIFIED", ("BillingMode",))
    ]
    assert {result.key: result.status for result in report.results}["store"] == "UPDATE_COMPLETE"
    assert ports.stacks.drifts == {}
    made, _ = run(project, deployed, ports, revert_drift=True)
    assert not made.changed


def test_drift_is_reverted_after_an_operation_of_another_tool(
    project: Project, ports: FakePorts, deployed: PackagedSystem
) -> None:
    """Its end state has the same digest, which does not cover drift."""
    ports.stacks.drifts = {"Table": {"/BillingMode": ("A", "B")}}
    made = prepare(project, deployed, ports, options=REVERT)
    attached = replace(made.steps[0], action=Action.ATTACH, change_set="", changes=())
    report = deploy(replace(made, steps=(attached, *made.steps[1:])), ports)
    assert report.ok
    assert ports.stacks.drifts == {}


def test_a_new_stack_asks_for_no_drift(project: Project, ports: FakePorts, system_of: Make) -> None:
    _, report = run(project, system_of(project.stage), ports, revert_drift=True)
    assert {result.status for result in report.results} == {"CREATE_COMPLETE"}


def test_reverting_what_would_replace_data_is_refused_on_a_protected_stage(
    production: Project, ports: FakePorts, system_of: Make
) -> None:
    packaged = system_of(production.stage, store=stack("store", production.stage, **QUEUE))
    run(production, packaged, ports)
    ports.stacks.drifts = {"Table": {"/KeySchema": ("1", "2")}}
    ports.stacks.replacing = {"Table"}
    with pytest.raises(RefusedError, match="Table"):
        prepare(production, packaged, ports, options=REVERT)
    ports.stacks.drifts = {"Table": None}  # it is gone: nothing is lost by making it again
    assert prepare(production, packaged, ports, options=REVERT).changed


def allowing(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "arn:aws:s3:::b/*"}
    return {"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [statement]}}]}


def reverted_concerns(kind: str, now: dict[str, Any], then: dict[str, Any]) -> list[tuple[ConcernKind, str]]:
    change = ResourceChange("R", kind, "Modify" if now else "Add", drift="MODIFIED" if now else "DELETED")
    other = ResourceChange("Other", kind, "Modify", drift="IN_SYNC")
    made = ChangeSet("id", "One", "CREATE_COMPLETE", changes=(change, other), present={"R": (now, then)})
    return [(concern.kind, concern.text) for concern in drift_concerns(made)]


def test_access_somebody_has_withdrawn_is_widened_by_taking_that_back() -> None:
    less, more = allowing("s3:GetObject"), allowing("s3:GetObject", "s3:PutObject")
    assert reverted_concerns("AWS::IAM::Role", less, more) == [(ConcernKind.ACCESS, "s3:PutObject on arn:aws:s3:::b/*")]
    assert reverted_concerns("AWS::IAM::Role", more, less) == []
    assert reverted_concerns("AWS::IAM::Role", {}, more) == []  # recreated, as the template always defined it


def test_what_somebody_has_closed_is_opened_by_taking_that_back() -> None:
    found = reverted_concerns("AWS::Lambda::Url", {"AuthType": "AWS_IAM"}, {"AuthType": "NONE"})
    assert found == [(ConcernKind.PUBLIC, "its URL asks for no authorization")]
    assert reverted_concerns("AWS::Lambda::Url", {"AuthType": "NONE"}, {"AuthType": "AWS_IAM"}) == []


class Withdrawn(FakeStacks):
    """A permission was removed by hand, and the change set shows it."""

    def change_set(self, change_set_id: str) -> ChangeSet:
        present = {"Role": (allowing("s3:GetObject"), allowing("s3:GetObject", "s3:PutObject"))}
        return replace(super().change_set(change_set_id), present=present)


def test_a_protected_stage_wants_withdrawn_access_allowed_by_name(production: Project, system_of: Make) -> None:
    ports = FakePorts(stacks=Withdrawn())
    ports.stacks.deployed("PkgopsBootstrap", "CREATE_COMPLETE")
    role = {"Role": {"Type": "AWS::IAM::Role", "Properties": allowing("s3:GetObject", "s3:PutObject")}}
    packaged = system_of(production.stage, store=stack("store", production.stage, **role))
    run(production, packaged, ports)
    ports.stacks.drifts = {"Role": {"/Policies/0": ("a", "b")}}
    made = preview(production, packaged, ports, options=REVERT)
    assert [(row.kind, row.logical_id) for row in made.steps[0].concerns] == [(ConcernKind.ACCESS, "Role")]
    with pytest.raises(RefusedError, match=r"s3:PutObject"):
        prepare(production, packaged, ports, options=REVERT)
    assert prepare(production, packaged, ports, options=replace(REVERT, allow=("Role",))).changed
