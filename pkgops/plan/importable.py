"""The resource types that CloudFormation can import into a stack, and how it is told which resource is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pkgops.intrinsics import pseudo, references

RETAINED = frozenset({"Retain", "RetainExceptOnCreate"})


@dataclass(frozen=True, slots=True)
class NamedType:
    """A type whose resources have names of their own. ``name`` is the property, ``identifier`` what an import calls
    the physical id; ``needed`` are properties it cannot be described without. ``bare`` types are described by
    ``needed`` alone: everything else of them can be set again to what it is, while a table's indexes cannot be added
    twice, and a secret would get a new value."""

    name: str
    identifier: str
    needed: tuple[str, ...] = ()
    bare: bool = False

    @property
    def automatic(self) -> bool:
        """CloudFormation finds it by itself, if it is to be retained and its name is literal."""
        return self.name == self.identifier


NAMED_TYPES: Mapping[str, NamedType] = {
    "AWS::Cognito::UserPool": NamedType(
        "UserPoolName",
        "UserPoolId",
        ("UsernameAttributes", "AliasAttributes", "UsernameConfiguration", "Schema"),
        bare=True,
    ),
    "AWS::DynamoDB::Table": NamedType("TableName", "TableName", ("KeySchema", "AttributeDefinitions")),
    "AWS::IAM::Role": NamedType("RoleName", "RoleName", ("AssumeRolePolicyDocument",)),
    "AWS::Lambda::Function": NamedType("FunctionName", "FunctionName", ("Code", "Role")),
    "AWS::Logs::LogGroup": NamedType("LogGroupName", "LogGroupName", ("LogGroupClass",), bare=True),
    "AWS::S3::Bucket": NamedType("BucketName", "BucketName", ("ObjectLockEnabled",), bare=True),
    "AWS::SQS::Queue": NamedType("QueueName", "QueueUrl", ("FifoQueue",), bare=True),
    "AWS::SecretsManager::Secret": NamedType("Name", "Id"),
}


def importable(resource: Mapping[str, Any]) -> bool:
    """False if the resource cannot be described without others of its stack, which do not exist yet."""
    named = NAMED_TYPES[resource["Type"]]
    described = import_definition(resource)["Properties"]
    return all(name in described for name in (named.name, *named.needed) if name in resource["Properties"])


def import_definition(resource: Mapping[str, Any]) -> dict[str, Any]:
    """A resource by itself: without what refers to others of its stack."""
    named = NAMED_TYPES[resource["Type"]]
    properties = resource.get("Properties", {})
    wanted = (named.name, *named.needed) if named.bare else properties
    known = set(pseudo("any", "any", "any"))
    return {
        "Type": resource["Type"],
        "DeletionPolicy": "Retain",
        "Metadata": {"Imported": "by pkgops"},
        "Properties": {
            name: properties[name] for name in wanted if name in properties and {*references(properties[name])} <= known
        },
    }
