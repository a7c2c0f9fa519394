"""Conflicts with existing resources, on the emulator: refused, then resolved by each choice."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pkgops.build.artifacts import PackagedSystem
from pkgops.deploy.deploy import deploy
from pkgops.errors import RefusedError
from pkgops.local.client.emulator import Emulator
from pkgops.plan.conflicts import ConflictKind
from pkgops.plan.prepare import prepare, preview
from pkgops.plan.step import Action
from tests.pkgops.deploy.one_stack import Place

pytestmark = pytest.mark.emulator


@pytest.fixture
def place(tmp_path: Path, emulator: Emulator, unique: Callable[[str], str]) -> Place:
    return Place(tmp_path / "project", emulator, unique("Way"))


def group(name: str, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": name, "RetentionInDays": 7}, **more}


def queue(name: str, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name, **more}}


def table(name: str) -> dict[str, Any]:
    key = {"AttributeName": "pk"}
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{**key, "AttributeType": "S"}],
            "KeySchema": [{**key, "KeyType": "HASH"}],
        },
    }


def logged(aws: Callable[[str], Any], name: str) -> None:
    """A log group with one event."""
    logs = aws("logs")
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    event = {"timestamp": int(time.time() * 1000), "message": "kept"}
    logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[event])


def events(aws: Callable[[str], Any], name: str) -> list[str]:
    return [row["message"] for row in aws("logs").filter_log_events(logGroupName=name)["events"]]


def test_a_log_group_is_imported_with_its_events_and_then_like_any_other(place: Place, aws: Any) -> None:
    name = f"/aws/lambda/{place.name}"
    logged(aws, name)
    resources = {"Group": group(name), "Queue": queue(place.name)}
    refused = place.refused(resources)
    assert f"Group: AWS::Logs::LogGroup {name} already exists" in refused.message
    assert "--import Group:" in refused.hint
    place.deployed(resources, imports=("Group",))
    place.equal(resources)
    assert events(aws, name) == ["kept"]
    (row,) = aws("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert row["retentionInDays"] == 7
    place.destroyed()
    assert aws("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"] == []


def test_a_deployment_that_did_not_look_is_refused_and_leaves_nothing(place: Place, aws: Any) -> None:
    logged(aws, place.name)
    packaged = place.packaged({"Group": group(place.name)})
    report = deploy(preview(place.project, packaged, place.ports, conflicts=False), place.ports)
    assert [result.status for result in report.results] == ["REFUSED"]
    assert "--import RESOURCE" in report.results[0].reason
    assert place.stack not in {state.name for state in place.ports.stacks.describe()}


def test_a_failed_creation_is_recreated_with_the_import(place: Place, aws: Any) -> None:
    broken = {"Queue": queue(place.name, VisibilityTimeout=-1), "Group": group(place.name)}
    report = deploy(prepare(place.project, place.packaged(broken), place.ports), place.ports)
    assert [result.status for result in report.results] == ["ROLLBACK_COMPLETE"]
    logged(aws, place.name)
    resources = {"Group": group(place.name)}
    assert place.previewed(resources).steps[0].action is Action.RECREATE
    place.refused(resources)
    place.deployed(resources, imports=("Group",))
    place.equal(resources)
    assert events(aws, place.name) == ["kept"]


def test_an_update_takes_in_what_it_would_add(place: Place, aws: Any) -> None:
    first = {"Queue": queue(place.name)}
    place.deployed(first)
    aws("sqs").create_queue(QueueName=f"{place.name}-more")
    logged(aws, place.name)
    aws("dynamodb").create_table(**table(place.name)["Properties"])
    aws("dynamodb").put_item(TableName=place.name, Item={"pk": {"S": "kept"}})
    referring = queue(f"{place.name}-more", VisibilityTimeout=77)
    referring["Properties"]["RedrivePolicy"] = {
        "deadLetterTargetArn": {"Fn::GetAtt": ["Queue", "Arn"]},
        "maxReceiveCount": 3,
    }
    resources = {**first, "More": referring, "Group": group(place.name), "Table": table(place.name)}
    assert "--import More --import Group --import Table" in place.refused(resources).hint
    assert "Group" in place.refused(resources, imports=("More", "Table")).message
    place.deployed(resources, imports=("*",))
    place.equal(resources)
    assert events(aws, place.name) == ["kept"]
    assert aws("dynamodb").scan(TableName=place.name)["Count"] == 1
    url = aws("sqs").get_queue_url(QueueName=f"{place.name}-more")["QueueUrl"]
    found = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert found["VisibilityTimeout"] == "77"
    assert json.loads(found["RedrivePolicy"])["maxReceiveCount"] == 3


def test_a_secret_that_waits_for_its_deletion_is_restored_with_its_value(place: Place, aws: Any) -> None:
    secrets = aws("secretsmanager")
    secrets.create_secret(Name=place.name, SecretString="content")
    secrets.delete_secret(SecretId=place.name, RecoveryWindowInDays=7)
    properties = {"Name": place.name, "GenerateSecretString": {"PasswordLength": 20}}
    resources = {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": properties}}
    refused = place.refused(resources)
    assert "is scheduled for deletion" in refused.message
    assert "--restore Secret:" in refused.hint
    place.deployed(resources, restores=("Secret",))
    place.equal(resources)
    assert secrets.get_secret_value(SecretId=place.name)["SecretString"] == "content"


def test_what_belongs_to_another_stack_is_not_imported(place: Place, tmp_path: Path, emulator: Emulator) -> None:
    elsewhere = Place(tmp_path / "elsewhere", emulator, f"{place.name}-other")
    elsewhere.deployed({"Theirs": group(place.name)})
    refused = place.refused({"Group": group(place.name)}, imports=("*",))
    assert f"belongs to another stack, {elsewhere.stack}, as Theirs" in refused.message
    assert "--import" not in refused.hint
    place.deployed({"Group": group(f"{place.name}-renamed")})


def test_a_resource_may_not_change_its_logical_id(place: Place) -> None:
    place.deployed({"Old": queue(place.name)})
    refused = place.refused({"New": queue(place.name)})
    assert f"New: AWS::SQS::Queue {place.name} belongs to another stack, {place.stack}, as Old" in refused.message


def pool(name: str) -> dict[str, Any]:
    schema = [{"Name": "email", "AttributeDataType": "String", "Required": True, "Mutable": False}]
    properties = {"UserPoolName": name, "UsernameAttributes": ["email"], "Schema": schema, "MfaConfiguration": "OFF"}
    return {"Type": "AWS::Cognito::UserPool", "DeletionPolicy": "Retain", "Properties": properties}


def test_retained_users_are_not_left_behind_by_a_pool_of_the_same_name(place: Place, aws: Any) -> None:
    """Names of pools need not be unique: CloudFormation would make another one, empty, without a word."""
    resources = {"Pool": pool(place.name), "Queue": queue(place.name)}
    place.deployed(resources)
    (row,) = [row for row in place.ports.stacks.resources(place.stack) if row.logical_id == "Pool"]
    aws("cognito-idp").admin_create_user(UserPoolId=row.physical_id, Username="a@example.com", MessageAction="SUPPRESS")
    place.destroyed()
    refused = place.refused(resources)
    assert f"Pool: AWS::Cognito::UserPool {place.name} already exists" in refused.message
    assert "--import Pool:" in refused.hint
    place.deployed(resources, imports=("Pool",))
    place.equal(resources)
    (again,) = [row for row in place.ports.stacks.resources(place.stack) if row.logical_id == "Pool"]
    assert again.physical_id == row.physical_id
    assert len(aws("cognito-idp").list_users(UserPoolId=row.physical_id)["Users"]) == 1


def test_another_stack_s_pool_of_the_same_name_is_in_nobody_s_way(place: Place, aws: Any) -> None:
    body = json.dumps({"Resources": {"Pool": pool(place.name)}})
    aws("cloudformation").create_stack(StackName=f"{place.name}-other", TemplateBody=body)
    waiter = aws("cloudformation").get_waiter("stack_create_complete")
    waiter.wait(StackName=f"{place.name}-other", WaiterConfig={"Delay": 0.05})
    place.deployed({"Pool": pool(place.name)})


def test_retained_and_chosen_resources_come_in_together(place: Place, aws: Any) -> None:
    aws("dynamodb").create_table(**table(place.name)["Properties"])
    logged(aws, place.name)
    resources = {"Table": {**table(place.name), "DeletionPolicy": "Retain"}, "Group": group(place.name)}
    made = place.previewed(resources, imports=("Group",))
    assert {row.logical_id: row.kind for row in made.conflicts} == {
        "Table": ConflictKind.AUTO_IMPORTED,
        "Group": ConflictKind.EXISTS,
    }
    place.deployed(resources, imports=("Group",))
    place.equal(resources)
    place.destroyed()
    assert aws("dynamodb").describe_table(TableName=place.name)


def test_interrupted_after_the_import_the_next_deployment_completes_it(place: Place, aws: Any) -> None:
    logged(aws, place.name)
    resources = {"Group": group(place.name), "Queue": queue(place.name)}
    made = place.prepared(resources, imports=("Group",))

    class Killed(BaseException):
        pass

    def killed(event: object) -> None:
        if "UPDATE_IN_PROGRESS" in str(event):
            raise Killed

    with pytest.raises(Killed):
        deploy(made, place.ports, killed)
    (state,) = [state for state in place.ports.stacks.describe() if state.name == place.stack]
    assert state.status == "IMPORT_COMPLETE"
    place.deployed(resources)
    place.equal(resources)
    assert events(aws, place.name) == ["kept"]


def test_an_export_another_stack_imports_is_not_taken_away(place: Place, aws: Any) -> None:
    def exporting(value: str, name: str) -> PackagedSystem:
        return place.packaged({"Queue": queue(place.name)}, Out={"Value": value, "Export": {"Name": name}})

    name = f"{place.name}-out"
    assert deploy(prepare(place.project, exporting("one", name), place.ports), place.ports).ok
    assert preview(place.project, exporting("two", name), place.ports).conflicts == ()
    user = {"Resources": {"Queue": queue("ignored")}}
    user["Resources"]["Queue"]["Properties"]["QueueName"] = {"Fn::ImportValue": name}
    aws("cloudformation").create_stack(StackName=f"{place.name}-user", TemplateBody=json.dumps(user))
    waiter = aws("cloudformation").get_waiter("stack_create_complete")
    waiter.wait(StackName=f"{place.name}-user", WaiterConfig={"Delay": 0})
    for changed in (exporting("two", name), exporting("one", f"{name}-new")):
        with pytest.raises(RefusedError, match=f"Out: Export {name} is still imported by {place.name}-user"):
            prepare(place.project, changed, place.ports)
    assert not prepare(place.project, exporting("one", name), place.ports).changed
