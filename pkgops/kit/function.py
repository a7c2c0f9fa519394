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
from pkgops.kit.snap_start import is_snapped, published
from pkgops.kit.triggers import Trigger, add_trigger
from pkgops.scope import Scope, bundle_code, handler_code

_SEVERAL = ("triggers", "grants", "links", "include")  # fields of a row that are tuples


@dataclass(frozen=True, slots=True)
class Vpc:
    """An existing VPC by the ids of its subnets and security groups, from settings or `Scope.use`. A function in it
    reaches the internet and AWS only where the subnets do."""

    subnets: tuple[Any, ...]
    security_groups: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class FunctionDefaults:
    """What the functions of a stack share. ``package`` is the handlers' folder; a documented name is ``prefix`` and
    the file's name in ``name_style``; ``memory`` in MB, ``timeout`` in seconds, ``retention`` of logs in days.
    ``traced`` ones send their calls to X-Ray."""

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
    traced: bool = True


@dataclass(frozen=True, slots=True)
class Function:
    """One row: the handler's file name, its triggers, its permissions, and what differs from the defaults.

    ``links`` give it environment variables and permissions for resources (see `pkgops.kit.links`); ``grants`` are
    further statements.

    ``canary`` names the alarm that rolls back a deployment of new code, which then gets a tenth of the calls first;
    without one, new code gets all calls at once. ``concurrency`` is the maximum number of concurrent invocations, None
    for the account's limit.

    ``snap_start`` is for stages that have it (see `pkgops.kit.snap_start`): None for functions behind an API, True for
    this one as well, False for none.

    ``role`` is the ARN of an existing role, of another stack for example; then the function gets none of its own, and
    whoever makes that role grants what the function needs, its log group included.

    A function's zip holds what its file imports, and the data files beside those modules. ``include`` adds files that
    no import names: paths in the repository, or patterns of them (``handlers/shop/plugins/*.py``, ``**`` for any
    directories).

    A function of an application (see `pkgops.kit.next.site`) has no file here: its code is ``bundle``, a folder of the
    application's build, and its handler ``entry``.
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
    snap_start: bool | None = None
    vpc: Vpc | None = None
    include: tuple[str, ...] = ()
    role: Any = None
    bundle: str = ""
    entry: str = ""

    def __post_init__(self) -> None:
        for name in _SEVERAL:
            value = getattr(self, name)
            if isinstance(value, str) or not isinstance(value, Iterable):
                raise TypeError(
                    f"Function({self.name!r}, ...): {name} is a tuple, and a single member has a comma: (member,)"
                )


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
    snapped = is_snapped(scope.stage, row.name, row.snap_start, row.triggers, defaults.runtime)
    group = scope.add(
        cloudwatch_logs.LogGroup(
            f"{stem}LogGroup", LogGroupName=f"/aws/lambda/{name}", RetentionInDays=defaults.retention
        )
    )
    scope.add(
        awslambda.Function(
            f"{stem}Function",
            FunctionName=name,
            **_code(defaults, row),
            Runtime=defaults.runtime,
            Architectures=[defaults.architecture],
            MemorySize=row.memory or defaults.memory,
            Timeout=row.timeout or defaults.timeout,
            Role=_role(scope, stem, row, _needed(defaults, group, name, vpc)),
            Environment=awslambda.Environment(
                Variables={**defaults.environment, **links.environment(row.links), **row.environment}
            ),
            LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(group)),
            **_optional(row, vpc, defaults.traced, snapped),
        )
    )
    if row.include:
        scope.include(f"{stem}Function", *row.include)
    built = FunctionResource(row, stem, Ref(f"{stem}Function"), _target(scope, stem, row, snapped))
    for source in row.triggers:
        add_trigger(scope, stem, built.target, source)
    return built


def _target(scope: Scope, stem: str, row: Function, snapped: bool) -> Any:
    """The ARN that callers invoke: of the alias that a canary or snapshots need, or the function's own."""
    if row.canary and not scope.stage.local:
        return canary(scope, stem, row.canary)
    return published(scope, stem) if snapped else GetAtt(f"{stem}Function", "Arn")


def _code(defaults: FunctionDefaults, row: Function) -> dict[str, Any]:
    """Where its code is, and its handler."""
    if row.bundle:
        return {"Code": awslambda.Code(**bundle_code(row.bundle)), "Handler": row.entry}
    path = f"{defaults.package}/{row.name}"
    return {"Code": awslambda.Code(**handler_code(f"{path}.py")), "Handler": path.replace("/", ".") + ".handler"}


def _optional(row: Function, vpc: Vpc | None, traced: bool, snapped: bool) -> dict[str, Any]:
    """The properties that not all functions have."""
    found: dict[str, Any] = {"ReservedConcurrentExecutions": row.concurrency} if row.concurrency else {}
    if snapped:
        found["SnapStart"] = awslambda.SnapStart(ApplyOn="PublishedVersions")
    if traced:
        found["TracingConfig"] = awslambda.TracingConfig(Mode="Active")
    if vpc:
        found["VpcConfig"] = awslambda.VPCConfig(
            SubnetIds=list(vpc.subnets), SecurityGroupIds=list(vpc.security_groups)
        )
    return found


def _needed(defaults: FunctionDefaults, group: Any, name: str, vpc: Vpc | None) -> list[Statement]:
    """What Lambda does around the code, with the function's role."""
    traces = [grants.traces()] if defaults.traced else []
    network = grants.network_interfaces(name) if vpc else ()
    return [grants.log_lines(GetAtt(group, "Arn")), *traces, *network]


def _role(scope: Scope, stem: str, row: Function, needed: list[Statement]) -> Any:
    """The ARN of the function's role, which has one inline policy. ValueError if a row with a role has grants."""
    own = (*row.grants, *links.statements(row.links))
    if row.role is not None:
        if own:
            raise ValueError(f"{row.name} has a role of its own: its grants and links belong where the role is made")
        return row.role
    policy = PolicyDocument(Version="2012-10-17", Statement=[*needed, *own])
    made = scope.add(
        iam.Role(
            f"{stem}Role",
            AssumeRolePolicyDocument=grants.trust_policy("lambda"),
            Policies=[iam.Policy(PolicyName="Access", PolicyDocument=policy)],
        )
    )
    return GetAtt(made, "Arn")
