"""Environment variables that a function's code never reads."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from pkgops.checks.code.uses import Usage
from pkgops.checks.kit.functions import functions
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject

# Read by libraries that handlers import.
_LIBRARIES = ("POWERTOOLS_", "LOG_LEVEL", "AWS_", "PYTHON", "TZ", "SENTRY_", "DD_", "OTEL_")


def _find(subject: Subject) -> Iterator[Found]:
    for function in functions(subject):
        usage = function.usage(subject)
        if usage is None or _untold(usage):
            continue
        read = {one.name for one in usage.reads}
        for name in function.environment:
            known = name.startswith(_LIBRARIES) or any(fnmatchcase(name, pattern) for pattern in read)
            if not known:
                where = ("Environment", "Variables", name)
                yield function.resource.found(
                    f"has the variable {name}, but its code never reads it.", *where, subject=name
                )


def _untold(usage: Usage) -> bool:
    """Whether a variable may be read in a way that reading the code does not show."""
    unread = ("may run anything", "followed", "cannot be read", "does not define")
    followed = not any(part in one.why for one in usage.unresolved for part in unread)
    return bool(usage.unresolved_reads) or not followed


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
    Role=GetAtt(role, "Arn"),
    Environment=awslambda.Environment(Variables={variables}),
))
"""
RULE = Rule(
    id="P206",
    title="Unused environment variable",
    reason="The variable is no longer used, or the code spells it differently; a change of its value has no effect.",
    remedy="Remove the variable from the function's row, or correct its name.",
    find=_find,
    bad=Example(
        _TEMPLATE.format(variables='{"GREETING": "Hello", "GREATING": "Hi"}'), {"handlers/shop/greet.py": _HANDLER}
    ),
    good=Example(_TEMPLATE.format(variables='{"GREETING": "Hello"}'), {"handlers/shop/greet.py": _HANDLER}),
)
