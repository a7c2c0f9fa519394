"""The contract of the `Existing` port, for the fake and for the emulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pkgops.aws.existing import ExistingResources
from pkgops.ports.existing import Existing, ExistingResource
from tests.pkgops.fakes.existing import KINDS, OF_ANOTHER_NAME, FakeExisting

pytestmark = pytest.mark.emulator

GROUP, QUEUE, SECRET = "AWS::Logs::LogGroup", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"
POOL = "AWS::Cognito::UserPool"
NAMED = {  # those that a name is enough for
    GROUP: ("logs", "create_log_group", "logGroupName"),
    POOL: ("cognito-idp", "create_user_pool", "PoolName"),
    QUEUE: ("sqs", "create_queue", "QueueName"),
    "AWS::S3::Bucket": ("s3", "create_bucket", "Bucket"),
    "AWS::SES::EmailIdentity": ("sesv2", "create_email_identity", "EmailIdentity"),
}
EXPORTER = {"Resources": {"Queue": {"Type": QUEUE}}, "Outputs": {"Out": {"Value": "x", "Export": {"Name": ""}}}}


@dataclass
class Account:
    """``make(kind, name)`` puts a resource there; ``stack`` deploys a template."""

    port: Existing
    make: Callable[[str, str], Any]
    deleting: Callable[[str], Any]
    stack: Callable[[str, dict[str, Any]], Any]
    unique: Callable[[str], str]


def fake(unique: Callable[[str], str]) -> Account:
    port = FakeExisting()

    def stack(name: str, template: dict[str, Any]) -> None:
        text = json.dumps(template)
        if "Fn::ImportValue" in text:
            port.uses[template["Resources"]["Queue"]["Properties"]["QueueName"]["Fn::ImportValue"]] = [name]
        for logical_id, resource in template["Resources"].items():
            if resource["Type"] == GROUP:
                group = resource["Properties"]["LogGroupName"]
                port.put(GROUP, group)
                port.owners[group] = (name, logical_id)

    return Account(port, port.put, lambda name: port.put(SECRET, name, deleting=True), stack, unique)


class Maker:
    """Makes the real ones."""

    def __init__(self, aws: Callable[[str], Any]) -> None:
        self.aws = aws

    def make(self, kind: str, name: str) -> None:
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        aws = self.aws
        if kind == "AWS::DynamoDB::Table":
            key = {"AttributeName": "pk"}
            aws("dynamodb").create_table(
                TableName=name,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{**key, "AttributeType": "S"}],
                KeySchema=[{**key, "KeyType": "HASH"}],
            )
        elif kind == "AWS::IAM::Role":
            policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
            aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy)
        elif kind == "AWS::Lambda::Function":
            self.make("AWS::IAM::Role", f"{name}-role")
            role = f"arn:aws:iam::000000000000:role/{name}-role"
            code = {"ZipFile": b"PK\x05\x06" + bytes(18)}
            aws("lambda").create_function(FunctionName=name, Runtime="python3.12", Role=role, Handler="a.b", Code=code)
        elif kind in NAMED:
            service, operation, key = NAMED[kind]
            getattr(aws(service), operation)(**{key: name})
        elif kind == SECRET:
            aws("secretsmanager").create_secret(Name=name, SecretString="content")

    def deleting(self, name: str) -> None:
        self.make(SECRET, name)
        self.aws("secretsmanager").delete_secret(SecretId=name, RecoveryWindowInDays=7)

    def stack(self, name: str, template: dict[str, Any]) -> None:
        self.aws("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))
        waiter = self.aws("cloudformation").get_waiter("stack_create_complete")
        waiter.wait(StackName=name, WaiterConfig={"Delay": 0})


@pytest.fixture(params=["fake", "emulator"])
def account(request: pytest.FixtureRequest, unique: Callable[[str], str]) -> Account:
    if request.param == "fake":
        return fake(unique)
    maker = Maker(request.getfixturevalue("aws"))
    port = ExistingResources(request.getfixturevalue("clients"))
    return Account(port, maker.make, maker.deleting, maker.stack, unique)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_is_found_by_its_exact_name(account: Account, kind: str) -> None:
    name = account.unique("there")
    wanted = [(kind, f"{name}-more"), (kind, name), (kind, name)]
    assert account.port.find(wanted) == []
    account.make(kind, name)
    (found,) = account.port.find(wanted)
    assert (found.type, found.name, found.deleting, found.foreign) == (kind, name, False, False)
    assert name in found.identifier or kind == POOL
    assert (found.identifier == name) is (kind not in OF_ANOTHER_NAME)


def test_many_at_once_come_in_their_order(account: Account) -> None:
    names = [account.unique("many") for _ in range(8)]
    for name in names[::2]:
        account.make("AWS::Lambda::Function", name)
    account.make(GROUP, f"/aws/lambda/{names[1]}")
    account.make(GROUP, names[3])
    account.make(QUEUE, names[0])
    wanted = [(GROUP, names[3]), *(("AWS::Lambda::Function", name) for name in names), (QUEUE, names[0])]
    wanted += [(GROUP, f"/aws/lambda/{name}") for name in names]
    there = [(found.type, found.name) for found in account.port.find(wanted)]
    assert there == [
        (GROUP, names[3]),
        *(("AWS::Lambda::Function", name) for name in names[::2]),
        (QUEUE, names[0]),
        (GROUP, f"/aws/lambda/{names[1]}"),
    ]


def test_types_without_a_name_of_their_own_are_left_out(account: Account) -> None:
    assert account.port.find([("AWS::ApiGateway::RestApi", "any"), ("AWS::SNS::Topic", "any")]) == []
    assert account.port.find([]) == []


def test_of_pools_that_share_a_name_the_newest_is_found(aws: Callable[[str], Any], clients: Any) -> None:
    made = [aws("cognito-idp").create_user_pool(PoolName="shared")["UserPool"]["Id"] for _ in range(2)]
    (found,) = ExistingResources(clients).find([(POOL, "shared")])
    assert found.identifier == made[-1]


def test_a_secret_that_waits_for_its_deletion_says_so(account: Account) -> None:
    name = account.unique("secret")
    account.deleting(name)
    assert [found.deleting for found in account.port.find([(SECRET, name)])] == [True]


def test_the_stack_a_resource_belongs_to(account: Account) -> None:
    name, alone = account.unique("owned"), account.unique("alone")
    account.stack(name, {"Resources": {"Group": {"Type": GROUP, "Properties": {"LogGroupName": name}}}})
    account.make(GROUP, alone)
    owned, free = account.port.find([(GROUP, name), (GROUP, alone)])
    assert account.port.owner(owned) == (name, "Group")
    assert account.port.owner(free) == ("", "")
    assert account.port.owner(ExistingResource(QUEUE, name, f"http://nowhere/{name}")) == ("", "")


def test_the_stacks_that_import_an_export(account: Account) -> None:
    name, user = account.unique("exporter"), account.unique("user")
    template = json.loads(json.dumps(EXPORTER))
    template["Outputs"]["Out"]["Export"]["Name"] = name
    account.stack(name, template)
    assert account.port.importers(name) == []
    queue = {"Type": QUEUE, "Properties": {"QueueName": {"Fn::ImportValue": name}}}
    account.stack(user, {"Resources": {"Queue": queue}})
    assert account.port.importers(name) == [user]


def test_a_bucket_that_may_not_be_read_is_foreign() -> None:
    from pkgops.aws.connection.client import Clients
    from pkgops.model import Stage
    from tests.pkgops.fakes.scripted import scripted

    with scripted(lambda *_call: (403, {})) as endpoint:
        port = ExistingResources(Clients(Stage("local"), endpoint))
        assert port.find([("AWS::S3::Bucket", "taken")]) == [
            ExistingResource("AWS::S3::Bucket", "taken", "taken", foreign=True)
        ]
