"""Lambda@Edge: Python functions that CloudFront runs near its viewers.

Such a function has no environment, no layers and no VPC, and CloudFront refers to one of its versions by number. So the
modules its file imports, of the standard library alone, become one file inside the template, and its settings a line of
JSON in that file, which sets them as environment variables before anything is imported. The limits of AWS are checked
before a deployment (P503).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from awacs import logs as log_actions
from awacs.aws import PolicyDocument, Statement
from troposphere import GetAtt, Join, Ref, Sub, awslambda, iam
from troposphere import logs as cloudwatch_logs

from pkgops.kit import grants
from pkgops.kit.naming import pascal_case
from pkgops.scope import Scope, inline_code

REGION = "us-east-1"  # the only one for Lambda@Edge; see docs/adr/0028


@dataclass(frozen=True, slots=True)
class EdgeFunction:
    """The handler ``name`` in the folder ``package``, as the function ``called`` (a documented name).

    ``values`` are its environment variables: texts, or references to what is known only when the stack is deployed,
    whose values have no quotes and no backslashes. ``memory`` in MB and ``timeout`` in seconds are at most 128 and 5
    for viewer events. ``retention`` of logs is in days.
    """

    name: str
    package: str
    called: str
    values: Mapping[str, Any] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    memory: int = 128
    timeout: int = 5
    retention: int = 7
    runtime: str = "python3.12"


@dataclass(frozen=True, slots=True)
class EdgeFunctionResource:
    """A function in its template: ``id`` is the stem of its logical ids, ``name`` a reference to its name, ``version``
    the ARN of the published version, which a behavior associates."""

    id: str
    name: Any
    version: Any


def edge_function(scope: Scope, row: EdgeFunction) -> EdgeFunctionResource:
    """Adds the function with its role and log group, and a version of it. Changed code or changed values are a new
    version.

    Function and versions are retained: CloudFront takes hours to remove its copies, and until then AWS refuses to
    delete what they are copies of. The log group is that of the region the function is made in; CloudFront creates one
    of the same name wherever it runs the function."""
    stem, called = pascal_case(row.name), scope.named(row.called)
    group_name = f"/aws/lambda/{REGION}.{called}"
    group = scope.add(
        cloudwatch_logs.LogGroup(f"{stem}LogGroup", LogGroupName=group_name, RetentionInDays=row.retention)
    )
    function = scope.add(
        awslambda.Function(
            f"{stem}Function",
            FunctionName=called,
            Code=awslambda.Code(**inline_code(f"{row.package}/{row.name}.py", row.values)),
            Handler="index.handler",
            Runtime=row.runtime,
            Architectures=["x86_64"],
            MemorySize=row.memory,
            Timeout=row.timeout,
            Role=GetAtt(_role(scope, stem, group_name, row), "Arn"),
            LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(group)),
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
        )
    )
    version = scope.add(
        awslambda.Version(
            f"{stem}Version",
            FunctionName=Ref(function),
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
            **_description(row.values),
        )
    )
    return EdgeFunctionResource(stem, Ref(function), Ref(version))


def _description(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is known only when the stack is deployed: another description is another version, as is other code."""
    late = [value for _, value in sorted(values.items()) if not isinstance(value, str)]
    return {"Description": Join(" ", late)} if late else {}


def _role(scope: Scope, stem: str, group: str, row: EdgeFunction) -> Any:
    """The function's role, with one inline policy: its log groups are in every region it runs in."""
    everywhere = Sub(f"arn:${{AWS::Partition}}:logs:*:${{AWS::AccountId}}:log-group:{group}:*")
    logging = [log_actions.CreateLogGroup, log_actions.CreateLogStream, log_actions.PutLogEvents]
    document = PolicyDocument(Version="2012-10-17", Statement=[grants.allow(logging, everywhere), *row.statements])
    return scope.add(
        iam.Role(
            f"{stem}Role",
            AssumeRolePolicyDocument=grants.trust_policy("edgelambda", "lambda"),
            Policies=[iam.Policy(PolicyName="Access", PolicyDocument=document)],
        )
    )
