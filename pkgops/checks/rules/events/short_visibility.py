"""Queues whose visibility timeout is too short for the function that reads them."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.finding import ERROR, WARNING
from pkgops.checks.kit.functions import target_of
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject

_DEFAULT_VISIBILITY, _DEFAULT_TIMEOUT = 30, 3  # seconds
_TIMES = 6  # the function's timeout, as AWS advises: Lambda tries a batch again that was throttled


def _find(subject: Subject) -> Iterator[Found]:
    for mapping in subject.resources("AWS::Lambda::EventSourceMapping"):
        queue = subject.resource(subject.identity(mapping.stack, mapping.properties.get("EventSourceArn")))
        function = subject.resource(target_of(subject, mapping, mapping.properties.get("FunctionName")))
        if queue is None or function is None or queue.type != "AWS::SQS::Queue":
            continue
        visible = queue.properties.get("VisibilityTimeout", _DEFAULT_VISIBILITY)
        timeout = function.properties.get("Timeout", _DEFAULT_TIMEOUT)
        if not isinstance(visible, int) or not isinstance(timeout, int) or visible >= _TIMES * timeout:
            continue
        message = f"has a visibility timeout of {visible} s; {function.id} may run for {timeout} s."
        severity = ERROR if visible < timeout else WARNING
        yield queue.found(message, "VisibilityTimeout", subject=function.id, severity=severity)


_TEMPLATE = """\
dead = scope.add(sqs.Queue("DeadJobs"))
jobs = scope.add(sqs.Queue(
    "Jobs",
    VisibilityTimeout={visibility},
    RedrivePolicy=sqs.RedrivePolicy(deadLetterTargetArn=GetAtt(dead, "Arn"), maxReceiveCount=3),
))
role = scope.add(iam.Role("Role", AssumeRolePolicyDocument=grants.trust_policy("lambda")))
work = scope.add(awslambda.Function(
    "Work",
    Code=awslambda.Code(ZipFile="def handler(event, context): ..."),
    Handler="index.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),
    Timeout=60,
))
scope.add(awslambda.EventSourceMapping(
    "WorkJobs",
    EventSourceArn=GetAtt(jobs, "Arn"),
    FunctionName=Ref(work),
    FunctionResponseTypes=["ReportBatchItemFailures"],
))
"""
RULE = Rule(
    id="P302",
    title="Visibility timeout too short",
    reason="A message that is still being processed becomes visible again and is processed twice. AWS recommends six "
    "times the function's timeout; less than the timeout is an error and stops a deployment.",
    remedy="Raise the queue's VisibilityTimeout, or lower the function's Timeout.",
    find=_find,
    gate=True,
    bad=Example(_TEMPLATE.format(visibility=90)),
    good=Example(_TEMPLATE.format(visibility=360)),
)
