"""Functions whose log group is not in the templates."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.functions import LambdaFunction, functions
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Resource, Subject


def _find(subject: Subject) -> Iterator[Found]:
    names = {_name(subject, group) for group in subject.resources("AWS::Logs::LogGroup")}
    for function in functions(subject):
        if not _logs_to_own(subject, function, names):
            yield function.resource.found("has no log group in the templates.", "LoggingConfig")


def _name(subject: Subject, group: Resource) -> str:
    name = group.properties.get("LogGroupName")
    return name if isinstance(name, str) else subject.identity(group.stack, name)


def _logs_to_own(subject: Subject, function: LambdaFunction, names: set[str]) -> bool:
    properties = function.resource.properties
    given = (properties.get("LoggingConfig") or {}).get("LogGroup")
    if given is not None:
        found = subject.resource(subject.identity(function.resource.stack, given))
        return found is not None and found.type == "AWS::Logs::LogGroup"
    called = (properties.get("FunctionName"), function.identity)
    return any(f"/aws/lambda/{name}" in names for name in called)


_FUNCTION = """\
role = scope.add(iam.Role("Role", AssumeRolePolicyDocument=grants.trust_policy("lambda")))
scope.add(awslambda.Function(
    "Read",
    Code=awslambda.Code(ZipFile="def handler(event, context): ..."),
    Handler="index.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),{logging}
))
"""
RULE = Rule(
    id="P201",
    title="Function without a log group",
    reason="Lambda creates the group when the function first runs: it keeps its events forever and outlives the "
    "stack, and the function needs permission to create it.",
    remedy="Add an AWS::Logs::LogGroup and name it in the function's LoggingConfig, as pkgops.kit.function does.",
    find=_find,
    bad=Example(_FUNCTION.format(logging="")),
    good=Example(
        'log = scope.add(logs.LogGroup("ReadLog", RetentionInDays=14))\n'
        + _FUNCTION.format(logging="\n    LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(log)),")
    ),
)
