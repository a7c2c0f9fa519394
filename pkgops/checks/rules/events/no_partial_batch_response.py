"""Event source mappings without partial batch responses."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    for mapping in subject.resources("AWS::Lambda::EventSourceMapping"):
        if mapping.properties.get("BatchSize") == 1:
            continue
        if "ReportBatchItemFailures" not in (mapping.properties.get("FunctionResponseTypes") or ()):
            yield mapping.found("retries the whole batch when one message fails.", "FunctionResponseTypes")


_TEMPLATE = """\
dead = scope.add(sqs.Queue("DeadJobs"))
jobs = scope.add(sqs.Queue(
    "Jobs",
    RedrivePolicy=sqs.RedrivePolicy(deadLetterTargetArn=GetAtt(dead, "Arn"), maxReceiveCount=3),
))
role = scope.add(iam.Role("Role", AssumeRolePolicyDocument=grants.trust_policy("lambda")))
work = scope.add(awslambda.Function(
    "Work",
    Code=awslambda.Code(ZipFile="def handler(event, context): ..."),
    Handler="index.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),
))
scope.add(awslambda.EventSourceMapping(
    "WorkJobs",
    EventSourceArn=GetAtt(jobs, "Arn"),
    FunctionName=Ref(work),{reported}
))
"""
RULE = Rule(
    id="P304",
    title="Batch that is retried as a whole",
    reason="Messages that succeeded are processed again because another one in their batch failed, and follow it to "
    "the dead-letter queue.",
    remedy='Set FunctionResponseTypes to ["ReportBatchItemFailures"] and return the ids of failed messages, or set '
    "BatchSize to 1.",
    find=_find,
    bad=Example(_TEMPLATE.format(reported="")),
    good=Example(_TEMPLATE.format(reported='\n    FunctionResponseTypes=["ReportBatchItemFailures"],')),
)
