"""IAM roles and managed policies with documented names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from awacs.aws import PolicyDocument, Statement
from troposphere import Sub, iam

from pkgops.kit.grants import trust_policy
from pkgops.kit.naming import logical_id
from pkgops.scope import Scope

LAMBDA_BASICS = "service-role/AWSLambdaBasicExecutionRole"  # writes logs, to groups of any name


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the documented ``name`` that one AWS service may assume (``lambda``). ``managed`` are AWS's own
    policies, by the path after ``policy/``; ``statements`` become one inline policy."""

    name: str
    statements: tuple[Statement, ...] = ()
    service: str = "lambda"
    managed: tuple[str, ...] = ()
    description: str = ""


def role(scope: Scope, row: Role) -> Any:
    """Adds the role. A function of another stack is given its ARN (`pkgops.kit.function.Function.role`)."""
    extra: dict[str, Any] = {"Description": row.description} if row.description else {}
    if row.managed:
        extra["ManagedPolicyArns"] = [Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{name}") for name in row.managed]
    if row.statements:
        extra["Policies"] = [iam.Policy(PolicyName="Access", PolicyDocument=_document(row.statements))]
    return scope.add(
        iam.Role(
            logical_id(scope, row.name, "Role"),
            RoleName=scope.named(row.name),
            AssumeRolePolicyDocument=trust_policy(row.service),
            **extra,
        )
    )


def managed_policy(scope: Scope, name: str, statements: Iterable[Statement], description: str = "") -> Any:
    """Adds a managed policy, which an operator attaches to whoever needs it: a user of `pkgops users access-key`, for
    example. A reference to it is its ARN."""
    extra = {"Description": description} if description else {}
    return scope.add(
        iam.ManagedPolicy(
            logical_id(scope, name, "Policy"),
            ManagedPolicyName=scope.named(name),
            PolicyDocument=_document(statements),
            **extra,
        )
    )


def _document(statements: Iterable[Statement]) -> PolicyDocument:
    return PolicyDocument(Version="2012-10-17", Statement=list(statements))
