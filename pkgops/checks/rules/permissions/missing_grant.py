"""AWS calls for which a function has no grant."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.code.uses import Use
from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.functions import LambdaFunction, functions
from pkgops.checks.kit.grants import allowed, targets
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    for function in functions(subject):
        usage, held = function.usage(subject), allowed(subject, function)
        if usage is None or held is None or not held.complete:
            continue
        reported = set()
        for use in sorted(usage.uses):
            on = targets(subject, function, use)
            missing = [action for action in use.actions if not held.covers(action, on)]
            key = (*missing, *(on or ()))
            if missing and key not in reported:
                reported.add(key)
                yield _found(function, use, missing, on)


def _found(function: LambdaFunction, use: Use, actions: list[str], on: list[str] | None) -> Found:
    where = " or ".join(sorted(one.strip("<>") for one in on)) if on else ""
    found = function.resource.found(f"calls {', '.join(actions)}{f' on {where}' if where else ''} without a grant.")
    subject = " ".join([*actions, *([where] if where else [])])
    return Found(found.message, found.stack, found.resource, found.path, subject, use.place.file, use.place.line)


_HANDLER = """\
import os
import boto3

queue = boto3.client("sqs")

def handler(event, context):
    queue.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=event["text"])
"""
_TEMPLATE = """\
jobs = scope.add(sqs.Queue("Jobs"))
role = scope.add(iam.Role(
    "SendRole",
    AssumeRolePolicyDocument=grants.trust_policy("lambda"),
    Policies=[iam.Policy(PolicyName="Access", PolicyDocument=PolicyDocument(
        Statement=[{statements}],
    ))],
))
scope.add(awslambda.Function(
    "Send",
    Code=awslambda.Code(**handler_code("handlers/shop/send.py")),
    Handler="handlers.shop.send.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),
    Environment=awslambda.Environment(Variables={{"QUEUE_URL": Ref(jobs)}}),
))
"""
RULE = Rule(
    id="P102",
    title="Call without a grant",
    severity=ERROR,
    reason="IAM denies the call when it is made, which may be in a rarely used branch.",
    remedy="Add the link or grant to the function's row (see pkgops.kit.links and pkgops.kit.grants), or remove the "
    "call.",
    find=_find,
    bad=Example(_TEMPLATE.format(statements="grants.traces()"), {"handlers/shop/send.py": _HANDLER}),
    good=Example(
        _TEMPLATE.format(statements='grants.traces(), grants.queue_send(GetAtt(jobs, "Arn"))'),
        {"handlers/shop/send.py": _HANDLER},
    ),
)
