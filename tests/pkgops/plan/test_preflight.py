"""Conflicts: found before anything is changed, and only where they can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.config import Project
from pkgops.deploy.deploy import deploy
from pkgops.errors import RefusedError
from pkgops.plan.conflicts import ConflictKind, require_resolved
from pkgops.plan.options import PlanOptions
from pkgops.plan.plan import Plan
from pkgops.plan.prepare import prepare, preview
from pkgops.plan.step import Action
from pkgops.ports.stacks import ChangeSet
from tests.pkgops.conftest import stack
from tests.pkgops.fakes.ports import FakePorts

Make = Callable[..., PackagedSystem]
QUEUE, GROUP, TABLE, BUCKET = "AWS::SQS::Queue", "AWS::Logs::LogGroup", "AWS::DynamoDB::Table", "AWS::S3::Bucket"
SECRET, ROLE = "AWS::SecretsManager::Secret", "AWS::IAM::Role"


def resource(kind: str, policy: str | None = None, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties, **({"DeletionPolicy": policy} if policy else {})}


def only(project: Project, sources: dict[str, str] | None = None, **resources: dict[str, Any]) -> PackagedSystem:
    return PackagedSystem((replace(stack("alone", project.stage, **resources), sources=sources or {}),), ())


def seen(project: Project, packaged: PackagedSystem, ports: FakePorts, **options: Any) -> Plan:
    return preview(project, packaged, ports, options=PlanOptions(**options))


def found(made: Plan) -> dict[str, tuple[ConflictKind, tuple[str, ...]]]:
    return {row.logical_id: (row.kind, row.resolutions) for row in made.conflicts}


def test_nothing_is_asked_where_nothing_is_created(project: Project, ports: FakePorts, system_of: Make) -> None:
    packaged = system_of(project.stage)
    deploy(seen(project, packaged, ports), ports)
    assert ports.existing.asked == ["find"]
    for changed in (packaged, only(project, Queue=resource(QUEUE, QueueName="demo-alone", DelaySeconds=1))):
        ports.existing.asked.clear()
        ports.stacks.calls.clear()
        made = seen(project, changed, ports)
        assert ports.existing.asked == []
        assert "template" not in ports.stacks.calls
        deploy(made, ports)


def test_what_an_update_adds_is_asked_about(project: Project, ports: FakePorts) -> None:
    deploy(seen(project, only(project, Queue=resource(QUEUE, QueueName="demo-alone")), ports), ports)
    ports.existing.put(QUEUE, "demo-alone")
    ports.existing.put(GROUP, "demo")
    more = only(project, Queue=resource(QUEUE, QueueName="demo-alone"), Group=resource(GROUP, LogGroupName="demo"))
    assert found(seen(project, more, ports)) == {"Group": (ConflictKind.EXISTS, ("import", "rename"))}


def test_every_kind_is_listed_with_its_resolutions_and_its_line(project: Project, ports: FakePorts) -> None:
    put = ports.existing.put
    for kind, name in ((GROUP, "group"), (TABLE, "kept"), (QUEUE, "owned"), (ROLE, "role")):
        put(kind, name)
    put(BUCKET, "theirs", foreign=True)
    put(SECRET, "secret", deleting=True)
    ports.existing.owners["id-of-owned"] = ("Other", "TheirQueue")
    packaged = only(
        project,
        {"Group": "templates/demo/alone.py:7"},
        Group=resource(GROUP, LogGroupName="group"),
        Table=resource(TABLE, "Retain", TableName="kept"),
        Queue=resource(QUEUE, QueueName="owned"),
        Role=resource(ROLE, RoleName="role", AssumeRolePolicyDocument={"Principal": {"Ref": "Key"}}),
        Bucket=resource(BUCKET, BucketName="theirs"),
        Secret=resource(SECRET, Name="secret"),
        Free=resource(QUEUE, QueueName="free"),
    )
    made = seen(project, packaged, ports)
    assert found(made) == {
        "Group": (ConflictKind.EXISTS, ("import", "rename")),
        "Table": (ConflictKind.AUTO_IMPORTED, ()),
        "Queue": (ConflictKind.OWNED, ("rename",)),
        "Role": (ConflictKind.EXISTS, ("rename",)),
        "Bucket": (ConflictKind.FOREIGN, ("rename",)),
        "Secret": (ConflictKind.DELETING, ("restore", "rename")),
    }
    with pytest.raises(RefusedError) as refused:
        require_resolved(made.conflicts)
    assert refused.value.code == 6
    said = refused.value.message
    assert "Group: AWS::Logs::LogGroup group already exists (templates/demo/alone.py:7)" in said
    assert "Queue: AWS::SQS::Queue owned belongs to another stack, Other, as TheirQueue" in said
    assert "Table" not in said
    assert "--import Group:" in refused.value.hint
    assert "--restore Secret:" in refused.value.hint
    assert "execute" not in ports.stacks.calls


def test_many_of_a_kind_have_a_short_remedy(project: Project, ports: FakePorts) -> None:
    groups = {f"Group{number}": resource(GROUP, LogGroupName=f"group-{number}") for number in range(9)}
    for number in range(9):
        ports.existing.put(GROUP, f"group-{number}")
    with pytest.raises(RefusedError) as refused:
        require_resolved(seen(project, only(project, **groups), ports).conflicts)
    assert "--import Group4 and so on; --import '*' is for all 9" in refused.value.hint
    require_resolved(seen(project, only(project, **groups), ports, imports=("alone/Group*",)).conflicts)


@pytest.mark.parametrize(
    ("policy", "name", "kind"),
    [
        ("Retain", "bucket-123456789012", ConflictKind.AUTO_IMPORTED),
        ("RetainExceptOnCreate", "bucket-123456789012", ConflictKind.AUTO_IMPORTED),
        ("Delete", "bucket-123456789012", ConflictKind.EXISTS),
        ("Retain", {"Fn::Sub": "bucket-${AWS::AccountId}"}, ConflictKind.EXISTS),
        ("Retain", {"Fn::Join": ["-", ["bucket", {"Ref": "AWS::AccountId"}]]}, ConflictKind.EXISTS),
        ("Retain", {"Ref": "Elsewhere"}, None),
    ],
    ids=str,
)
def test_a_name_may_hold_the_account_but_is_then_not_taken_back_by_itself(
    project: Project, ports: FakePorts, policy: str, name: Any, kind: ConflictKind | None
) -> None:
    ports.existing.put(BUCKET, "bucket-123456789012")
    made = seen(project, only(project, Bucket=resource(BUCKET, policy, BucketName=name)), ports)
    assert [row.kind for row in made.conflicts] == ([kind] if kind else [])


def test_an_update_takes_nothing_back_by_itself(project: Project, ports: FakePorts) -> None:
    deploy(seen(project, only(project, Queue=resource(QUEUE)), ports), ports)
    ports.existing.put(TABLE, "kept")
    more = only(project, Queue=resource(QUEUE), Table=resource(TABLE, "Retain", TableName="kept"))
    assert found(seen(project, more, ports)) == {"Table": (ConflictKind.EXISTS, ("import", "rename"))}


def test_what_is_left_of_a_failed_first_creation_goes_with_it(project: Project, ports: FakePorts) -> None:
    ports.stacks.deployed("DemoAlone-local", "CREATE_FAILED")
    ports.existing.put(GROUP, "group")
    packaged = only(project, Group=resource(GROUP, LogGroupName="group"))
    assert found(seen(project, packaged, ports)) == {"Group": (ConflictKind.EXISTS, ("import", "rename"))}
    ports.existing.owners["group"] = ("DemoAlone-local", "Group")
    assert found(seen(project, packaged, ports)) == {}


def test_an_update_whose_changes_are_not_known_yet_is_asked_about_too(project: Project, ports: FakePorts) -> None:
    store, web = stack("store", project.stage), stack("web", project.stage, {"StoreName": "store.Name"})
    deploy(seen(project, PackagedSystem((store, web), ()), ports), ports)
    ports.stacks.delete("DemoStore-local")
    while any(state.name == "DemoStore-local" for state in ports.stacks.describe()):
        pass
    ports.existing.put(GROUP, "group")
    web.template["Resources"]["Group"] = resource(GROUP, LogGroupName="group")
    made = seen(project, PackagedSystem((store, web), ()), ports)
    assert [(step.action, step.parameters) for step in made.steps][1] == (Action.UPDATE, None)
    assert found(made) == {"Group": (ConflictKind.EXISTS, ("import", "rename"))}


def test_a_change_set_that_fails_for_a_taken_name_leads_to_the_name(project: Project, ports: FakePorts) -> None:
    """CloudFormation's early validation refuses such an update when its change set is made."""
    deploy(seen(project, only(project, Queue=resource(QUEUE)), ports), ports)
    ports.existing.put(GROUP, "group")
    real = ports.stacks.change_set

    def refusing(change_set_id: str) -> ChangeSet:
        reason = "The following validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]"
        return replace(real(change_set_id), status="FAILED", reason=reason)

    ports.stacks.change_set = refusing
    made = seen(project, only(project, Queue=resource(QUEUE), Group=resource(GROUP, LogGroupName="group")), ports)
    assert found(made) == {"Group": (ConflictKind.EXISTS, ("import", "rename"))}
    ports.existing.there.clear()
    report = deploy(seen(project, only(project, Queue=resource(QUEUE), Group=resource(GROUP)), ports), ports)
    assert "ResourceExistenceCheck" in report.results[0].reason


def test_secrets_outside_the_stacks_are_asked_about_on_a_creation(project: Project, ports: FakePorts) -> None:
    declaring = replace(project, system=replace(project.system, secrets=("demo/token", "demo/other")))
    stored = project.stage.named("demo/token")
    ports.existing.put(SECRET, stored, deleting=True)
    ports.existing.put(SECRET, project.stage.named("demo/other"))
    packaged = only(project, Queue=resource(QUEUE))
    made = seen(declaring, packaged, ports)
    assert found(made) == {"demo/token": (ConflictKind.DELETING, ("restore",))}
    with pytest.raises(RefusedError, match=f"{stored} is scheduled for deletion"):
        require_resolved(made.conflicts)
    assert deploy(prepare(declaring, packaged, ports, options=PlanOptions(restores=("demo/token",))), ports).ok
    assert ports.secrets.restored == [stored]


def exporting(project: Project, name: str, value: Any, **resources: dict[str, Any]) -> PackagedSystem:
    made = stack("alone", project.stage, **(resources or {"Queue": resource(QUEUE, QueueName="one")}))
    made.template["Outputs"] = {"Out": {"Value": value, "Export": {"Name": name}}}
    return PackagedSystem((made,), ())


def exported(ports: FakePorts, value: str = "one") -> None:
    """As CloudFormation reports the stack deployed with that export."""
    name = "DemoAlone-local"
    state = next(state for state in ports.stacks.describe() if state.name == name)
    template = ports.stacks._stacks[name].template
    outputs = {**state.outputs, "Out": value}
    ports.stacks.deployed(name, "CREATE_COMPLETE", template, outputs=outputs, exports={"Out": "demo-out"})


@pytest.mark.parametrize(
    ("name", "value", "queue", "lost"),
    [
        ("demo-out", "two", "one", True),
        ("demo-renamed", "one", "one", True),
        ("demo-out", {"Ref": "Queue"}, "two", True),
        ("demo-out", {"Fn::Sub": "${Queue}"}, "two", True),
        ("demo-out", {"Ref": "Queue"}, "one", False),
        ({"Fn::Sub": "demo-out"}, {"Fn::Join": ["", ["one"]]}, "two", False),
        ({"Fn::Sub": "demo-${Unknown}"}, "one", "two", False),
    ],
    ids=str,
)
def test_an_export_in_use_stays(
    project: Project, ports: FakePorts, name: Any, value: Any, queue: str, lost: bool
) -> None:
    deploy(seen(project, exporting(project, "demo-out", "one"), ports), ports)
    exported(ports)
    changed = resource(QUEUE, QueueName=queue, DelaySeconds=1)
    packaged = exporting(project, name, value, Queue=changed)
    ports.existing.asked.clear()
    assert seen(project, packaged, ports).conflicts == ()
    assert [one for one in ports.existing.asked if one != "find"] == (
        ["importers"] if lost else []
    )  # names: the new one
    ports.existing.uses["demo-out"] = ["Website", "Reports"]
    made = seen(project, packaged, ports)
    assert bool(made.conflicts) is lost
    if lost:
        with pytest.raises(RefusedError, match="Out: Export demo-out is still imported by Website, Reports") as refused:
            require_resolved(made.conflicts)
        assert "until no other stack imports" in refused.value.hint


def test_an_export_is_not_asked_about_while_it_stays(project: Project, ports: FakePorts) -> None:
    deploy(seen(project, exporting(project, "demo-out", "one"), ports), ports)
    exported(ports)
    ports.existing.asked.clear()
    assert found(seen(project, exporting(project, "demo-out", "one", Queue=resource(QUEUE)), ports)) == {}
    assert ports.existing.asked == []
