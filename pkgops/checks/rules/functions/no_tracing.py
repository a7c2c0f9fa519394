"""Functions without X-Ray tracing."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.edge import at_the_edge
from pkgops.checks.kit.functions import functions
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    edge = at_the_edge(subject)  # where there is none
    for function in functions(subject):
        if (function.resource.stack.key, function.resource.id) in edge:
            continue
        if (function.resource.properties.get("TracingConfig") or {}).get("Mode") != "Active":
            yield function.resource.found("is not traced.", "TracingConfig", "Mode")


_FUNCTION = """\
role = scope.add(iam.Role("Role", AssumeRolePolicyDocument=grants.trust_policy("lambda")))
scope.add(awslambda.Function(
    "Read",
    Code=awslambda.Code(ZipFile="def handler(event, context): ..."),
    Handler="index.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),{tracing}
))
"""
RULE = Rule(
    id="P203",
    title="Function without tracing",
    severity="info",
    reason="X-Ray splits the duration of a slow request into its calls; without it, only the total is known.",
    remedy='Set TracingConfig to Mode "Active" and grant it (see pkgops.kit.grants.traces).',
    find=_find,
    bad=Example(_FUNCTION.format(tracing="")),
    good=Example(_FUNCTION.format(tracing='\n    TracingConfig=awslambda.TracingConfig(Mode="Active"),')),
)
