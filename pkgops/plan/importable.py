"""The resource types that CloudFormation can import into a stack, and their definitions in an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pkgops.intrinsics import pseudo, references

RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})


@dataclass(frozen=True, slots=True)
class NamedType:
    """A type whose resources have explicit names. ``name`` is the property that holds it, ``identifier`` the key of the
    physical id in an import; ``required`` are properties that a definition must have, ``stand_ins`` what they are in it
    where they refer to other resources, until the update that follows. The definition of a ``minimal`` type has nothing
    else, because an update can set its other properties again; of the others it has all, because a table's indexes
    cannot be added twice, and a secret would get a new value."""

    name: str
    identifier: str
    required: tuple[str, ...] = ()
    minimal: bool = False
    stand_ins: Mapping[str, Any] = field(default_factory=dict)

    @property
    def automatic(self) -> bool:
        """CloudFormation imports such a resource automatically if it is retained and its name is literal. It stays as
        it is then: what may not, because it refers to others, has to be updated afterwards."""
        return self.name == self.identifier and not self.stand_ins


NAMED_TYPES: Mapping[str, NamedType] = {
    "AWS::Cognito::UserPool": NamedType(
        "UserPoolName",
        "UserPoolId",
        ("UsernameAttributes", "AliasAttributes", "UsernameConfiguration", "Schema"),
        minimal=True,
    ),
    "AWS::DynamoDB::Table": NamedType("TableName", "TableName", ("KeySchema", "AttributeDefinitions")),
    "AWS::IAM::Role": NamedType("RoleName", "RoleName", ("AssumeRolePolicyDocument",)),
    "AWS::Lambda::Function": NamedType(
        "FunctionName",
        "FunctionName",
        ("Code", "Role"),
        stand_ins={
            "Code": {"ZipFile": "def handler(event, context): ..."},
            "Role": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/imported"},
        },
    ),
    "AWS::Logs::LogGroup": NamedType("LogGroupName", "LogGroupName", ("LogGroupClass",), minimal=True),
    "AWS::S3::Bucket": NamedType("BucketName", "BucketName", ("ObjectLockEnabled",), minimal=True),
    "AWS::SES::EmailIdentity": NamedType("EmailIdentity", "EmailIdentity", minimal=True),
    "AWS::SQS::Queue": NamedType("QueueName", "QueueUrl", ("FifoQueue",), minimal=True),
    "AWS::SecretsManager::Secret": NamedType("Name", "Id"),
}


def importable(resource: Mapping[str, Any]) -> bool:
    """False if its definition would refer to other resources of the stack, which do not exist yet."""
    named = NAMED_TYPES[resource["Type"]]
    described = import_definition(resource)["Properties"]
    return all(name in described for name in (named.name, *named.required) if name in resource["Properties"])


def import_definition(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The definition of a resource for its import, without references to other resources of its stack."""
    named = NAMED_TYPES[resource["Type"]]
    properties = resource.get("Properties", {})
    wanted = (named.name, *named.required) if named.minimal else properties
    known = set(pseudo("any", "any", "any"))
    given = {name: properties[name] for name in wanted if name in properties}
    apart = {name: value for name, value in given.items() if {*references(value)} <= known}
    stand_ins = {name: value for name, value in named.stand_ins.items() if name in given}
    return {
        "Type": resource["Type"],
        "DeletionPolicy": "Retain",
        "Metadata": {"Imported": "by pkgops"},
        "Properties": {**stand_ins, **apart},
    }
