"""Environment variables that a function's code reads but does not have."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.code.uses import Read
from pkgops.checks.kit.finding import ERROR, WARNING
from pkgops.checks.kit.functions import RUNTIME_VARIABLES, LambdaFunction, functions
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    for function in functions(subject):
        usage = function.usage(subject)
        reported = {one.name for one in usage.reads if one.default == "tested"} if usage else set()
        for read in sorted(usage.reads) if usage else ():
            missing = read.name not in function.environment and not read.name.startswith(RUNTIME_VARIABLES)
            if missing and read.default != "value" and "*" not in read.name and read.name not in reported:
                reported.add(read.name)
                yield _found(function, read)


def _found(function: LambdaFunction, read: Read) -> Found:
    goes_on = read.default == "empty"
    what = "continues" if goes_on else "fails"
    found = function.resource.found(f"has no variable {read.name}; its code {what} without it.")
    severity = WARNING if goes_on else ERROR
    return Found(
        found.message, found.stack, found.resource, found.path, read.name, read.place.file, read.place.line, severity
    )


_HANDLER = """\
import os

def handler(event, context):
    return {"greeting": os.environ["GREETING"]}
"""
_TEMPLATE = """\
role = scope.add(iam.Role("Role", AssumeRolePolicyDocument=grants.trust_policy("lambda")))
scope.add(awslambda.Function(
    "Greet",
    Code=awslambda.Code(**handler_code("handlers/shop/greet.py")),
    Handler="handlers.shop.greet.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),{environment}
))
"""
RULE = Rule(
    id="P205",
    title="Missing environment variable",
    severity=ERROR,
    reason='os.environ["X"] raises KeyError if X is not set, which is an error; os.environ.get("X") continues with '
    "nothing, which is a warning. A variable with a default in the code is not reported.",
    remedy="Add the variable to the function's row, or give it a default in the code.",
    find=_find,
    bad=Example(_TEMPLATE.format(environment=""), {"handlers/shop/greet.py": _HANDLER}),
    good=Example(
        _TEMPLATE.format(environment='\n    Environment=awslambda.Environment(Variables={"GREETING": "Hello"}),'),
        {"handlers/shop/greet.py": _HANDLER},
    ),
)
