"""What does one Lambda function consist of?

A row says what is special about a function; everything else follows from the handler's file: for
``handlers/shop/api/get_order.py`` the function ``shop-api-get-order``, its role, its log group and
the logical ids ``GetOrderFunction``, ``GetOrderRole``, ``GetOrderLogGroup``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from awacs.aws import PolicyDocument, Statement
from troposphere import GetAtt, Ref, awslambda, iam
from troposphere import logs as cloudwatch_logs

from pkgops.kit import grants, links
from pkgops.kit.canary import canary
from pkgops.kit.links import Link
from pkgops.kit.naming import kebab_case, pascal_case
from pkgops.kit.triggers import Trigger, add_trigger
from pkgops.scope import Scope, handler_code


@dataclass(frozen=True, slots=True)
class FunctionDefaults:
    """What the functions of a stack share. ``package`` is the handlers' folder, ``prefix`` stands before each
    documented name, the rest of which is how the documents ``spell`` the file's name; ``memory`` in MB, ``timeout``
    in seconds, ``retention`` of logs in days."""

    package: str
    prefix: str
    environment: Mapping[str, Any] = field(default_factory=dict)
    retention: int = 14
    memory: int = 512
    timeout: int = 30
    runtime: str = "python3.12"
    architecture: str = "arm64"
    name_style: Callable[[str], str] = kebab_case


@dataclass(frozen=True, slots=True)
class Function:
    """One row: the handler's file name, what starts it, what it may use, and where it differs.

    ``links`` give it environment variables and permissions for resources (see `pkgops.kit.links`); ``grants`` are
    further statements.

    ``canary`` names the alarm that turns back a deployment of new code, which then reaches a tenth of the
    callers first; without one, new code is live at once. ``concurrency`` is how many invocations run at a time at
    most, None for as many as the account allows.
    """

    name: str
    triggers: tuple[Trigger, ...] = ()
    grants: tuple[Statement, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    memory: int | None = None
    timeout: int | None = None
    canary: str = ""
    concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class FunctionResource:
    """A function in its template: ``id`` is the stem of its logical ids, ``name`` references its name,
    ``target`` is the ARN callers invoke (the alias's, where there is one)."""

    row: Function
    id: str
    name: Any
    target: Any


def functions(scope: Scope, defaults: FunctionDefaults, rows: Iterable[Function]) -> dict[str, FunctionResource]:
    """Adds every row's function with role, log group and event sources; by row name."""
    return {row.name: _function(scope, defaults, row) for row in rows}


def function_name(scope: Scope, prefix: str, row: str, spell: Callable[[str], str] = kebab_case) -> str:
    """The physical name of the function of that row."""
    return scope.named(prefix + spell(row))


def _function(scope: Scope, defaults: FunctionDefaults, row: Function) -> FunctionResource:
    stem = pascal_case(row.name)
    name = function_name(scope, defaults.prefix, row.name, defaults.name_style)
    extra = {"ReservedConcurrentExecutions": row.concurrency} if row.concurrency else {}
    path = f"{defaults.package}/{row.name}.py"
    group = scope.add(
        cloudwatch_logs.LogGroup(
            f"{stem}LogGroup", LogGroupName=f"/aws/lambda/{name}", RetentionInDays=defaults.retention
        )
    )
    scope.add(
        awslambda.Function(
            f"{stem}Function",
            FunctionName=name,
            Code=awslambda.Code(**handler_code(path)),
            Handler=path.removesuffix(".py").replace("/", ".") + ".handler",
            Runtime=defaults.runtime,
            Architectures=[defaults.architecture],
            MemorySize=row.memory or defaults.memory,
            Timeout=row.timeout or defaults.timeout,
            Role=GetAtt(_role(scope, stem, row, group), "Arn"),
            Environment=awslambda.Environment(
                Variables={**defaults.environment, **links.environment(row.links), **row.environment}
            ),
            LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(group)),
            TracingConfig=awslambda.TracingConfig(Mode="Active"),
            **extra,
        )
    )
    gradual = row.canary and not scope.stage.local
    target = canary(scope, stem, row.canary) if gradual else GetAtt(f"{stem}Function", "Arn")
    built = FunctionResource(row, stem, Ref(f"{stem}Function"), target)
    for source in row.triggers:
        add_trigger(scope, stem, built.target, source)
    return built


def _role(scope: Scope, stem: str, row: Function, group: Any) -> Any:
    """One role a function, with one inline policy: what it may do is read in one place."""
    statements = [grants.log_lines(GetAtt(group, "Arn")), grants.traces(), *row.grants, *links.statements(row.links)]
    return scope.add(
        iam.Role(
            f"{stem}Role",
            AssumeRolePolicyDocument=grants.trust_policy("lambda"),
            Policies=[
                iam.Policy(
                    PolicyName="Access",
                    PolicyDocument=PolicyDocument(Version="2012-10-17", Statement=statements),
                )
            ],
        )
    )
