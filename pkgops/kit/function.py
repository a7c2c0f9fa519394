"""Lambda functions, each with its role, log group and triggers.

A row has what is special about a function; everything else follows from the handler's file: for
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
class Vpc:
    """An existing VPC by the ids of its subnets and security groups, from settings or `Scope.use`. A function in it
    reaches the internet and AWS only where the subnets do."""

    subnets: tuple[Any, ...]
    security_groups: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class FunctionDefaults:
    """What the functions of a stack share. ``package`` is the handlers' folder; a documented name is ``prefix`` and
    the file's name in ``name_style``; ``memory`` in MB, ``timeout`` in seconds, ``retention`` of logs in days."""

    package: str
    prefix: str
    environment: Mapping[str, Any] = field(default_factory=dict)
    retention: int = 14
    memory: int = 512
    timeout: int = 30
    runtime: str = "python3.12"
    architecture: str = "arm64"
    name_style: Callable[[str], str] = kebab_case
    vpc: Vpc | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """One row: the handler's file name, its triggers, its permissions, and what differs from the defaults.

    ``links`` give it environment variables and permissions for resources (see `pkgops.kit.links`); ``grants`` are
    further statements.

    ``canary`` names the alarm that rolls back a deployment of new code, which then gets a tenth of the calls first;
    without one, new code gets all calls at once. ``concurrency`` is the maximum number of concurrent invocations, None
    for the account's limit.

    A function's zip holds what its file imports, and the data files beside those modules. ``include`` adds files that
    no import names: paths in the repository, or patterns of them (``handlers/shop/plugins/*.py``, ``**`` for any
    directories).
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
    vpc: Vpc | None = None
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionResource:
    """A function in its template: ``id`` is the stem of its logical ids, ``name`` a reference to its name, ``target``
    the ARN that callers invoke (the alias's, if there is one)."""

    row: Function
    id: str
    name: Any
    target: Any


def functions(scope: Scope, defaults: FunctionDefaults, rows: Iterable[Function]) -> dict[str, FunctionResource]:
    """Adds every row's function with its role, log group and triggers; by row name."""
    return {row.name: _function(scope, defaults, row) for row in rows}


def function_name(scope: Scope, prefix: str, row: str, name_style: Callable[[str], str] = kebab_case) -> str:
    """The physical name of the function of that row."""
    return scope.named(prefix + name_style(row))


def _function(scope: Scope, defaults: FunctionDefaults, row: Function) -> FunctionResource:
    stem = pascal_case(row.name)
    name = function_name(scope, defaults.prefix, row.name, defaults.name_style)
    vpc = row.vpc or defaults.vpc
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
            Role=GetAtt(_role(scope, stem, row, group, grants.network_interfaces(name) if vpc else ()), "Arn"),
            Environment=awslambda.Environment(
                Variables={**defaults.environment, **links.environment(row.links), **row.environment}
            ),
            LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(group)),
            TracingConfig=awslambda.TracingConfig(Mode="Active"),
            **_optional(row, vpc),
        )
    )
    if row.include:
        scope.include(f"{stem}Function", *row.include)
    gradual = row.canary and not scope.stage.local
    target = canary(scope, stem, row.canary) if gradual else GetAtt(f"{stem}Function", "Arn")
    built = FunctionResource(row, stem, Ref(f"{stem}Function"), target)
    for source in row.triggers:
        add_trigger(scope, stem, built.target, source)
    return built


def _optional(row: Function, vpc: Vpc | None) -> dict[str, Any]:
    """The properties that most functions do not have."""
    found: dict[str, Any] = {"ReservedConcurrentExecutions": row.concurrency} if row.concurrency else {}
    if vpc:
        found["VpcConfig"] = awslambda.VPCConfig(
            SubnetIds=list(vpc.subnets), SecurityGroupIds=list(vpc.security_groups)
        )
    return found


def _role(scope: Scope, stem: str, row: Function, group: Any, network: Iterable[Statement]) -> Any:
    """The function's role, with one inline policy."""
    own = (*row.grants, *links.statements(row.links))
    statements = [grants.log_lines(GetAtt(group, "Arn")), grants.traces(), *network, *own]
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
