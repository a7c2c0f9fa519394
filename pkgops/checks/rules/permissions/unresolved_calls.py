"""Code whose AWS calls cannot be determined by reading it."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.code.uses import Unresolved
from pkgops.checks.kit.finding import INFO
from pkgops.checks.kit.functions import functions
from pkgops.checks.kit.grants import allowed
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Resource, Subject
from pkgops.checks.rules.permissions.unused_grant import hidden, unused

_SHOWN = 3


def _find(subject: Subject) -> Iterator[Found]:
    concerned: dict[Unresolved, list[Resource]] = {}
    for function in functions(subject):
        usage, held = function.usage(subject), allowed(subject, function)
        if usage is None or held is None:
            continue
        unresolved = set(usage.unresolved)
        if not unresolved:
            for _, actions in unused(subject, function, usage, held.grants):
                for method in hidden(usage, actions):
                    place = usage.possible_calls[method]
                    unresolved.add(Unresolved(place, f"calls {method} on a value of unknown origin"))
        for one in unresolved:
            concerned.setdefault(one, []).append(function.resource)
    for one, resources in sorted(concerned.items()):
        yield _found(one, resources)


def _found(doubt: Unresolved, resources: list[Resource]) -> Found:
    names = [one.id for one in resources]
    listed = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    first = resources[0]
    return Found(
        f"The code {doubt.why}, so the grants of {listed} are not compared with its calls.",
        first.stack.key,
        first.id,
        subject=doubt.why,
        file=doubt.place.file,
        line=doubt.place.line,
    )


_HANDLER = """\
import boto3

def handler(event, context):
    boto3.client({service}).list_objects_v2(Bucket="notes")
"""
_TEMPLATE = """\
role = scope.add(iam.Role(
    "ListRole",
    AssumeRolePolicyDocument=grants.trust_policy("lambda"),
    Policies=[iam.Policy(PolicyName="Access", PolicyDocument=PolicyDocument(
        Statement=[grants.allow([Action("s3", "ListBucket")], "arn:aws:s3:::notes")],
    ))],
))
scope.add(awslambda.Function(
    "List",
    Code=awslambda.Code(**handler_code("handlers/shop/list.py")),
    Handler="handlers.shop.list.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),
))
"""
RULE = Rule(
    id="P103",
    title="Calls that cannot be determined",
    severity=INFO,
    reason="A client with a computed service name, or one that is passed to a library, makes calls that cannot be "
    "seen by reading the code. Then no grant of the function is reported as unused.",
    remedy="Name the service and the operation where the client is used, or compare the grants with the code yourself.",
    find=_find,
    bad=Example(_TEMPLATE, {"handlers/shop/list.py": _HANDLER.format(service='event["service"]')}),
    good=Example(_TEMPLATE, {"handlers/shop/list.py": _HANDLER.format(service='"s3"')}),
)
