"""Stream mappings without a destination for failed records."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    for mapping in subject.resources("AWS::Lambda::EventSourceMapping"):
        properties = mapping.properties
        ends = (properties.get("DestinationConfig") or {}).get("OnFailure") or {}
        if "StartingPosition" in properties and not ends.get("Destination"):
            yield mapping.found("discards records that fail.", "DestinationConfig", "OnFailure")


_TEMPLATE = """\
failed = scope.add(sqs.Queue("Failed"))
role = scope.add(iam.Role("Role", AssumeRolePolicyDocument=grants.trust_policy("lambda")))
work = scope.add(awslambda.Function(
    "Work",
    Code=awslambda.Code(ZipFile="def handler(event, context): ..."),
    Handler="index.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),
))
scope.add(awslambda.EventSourceMapping(
    "WorkChanges",
    EventSourceArn="arn:aws:kinesis:us-east-1:123456789012:stream/changes",
    FunctionName=Ref(work),
    StartingPosition="LATEST",
    FunctionResponseTypes=["ReportBatchItemFailures"],{end}
))
"""
RULE = Rule(
    id="P303",
    title="Stream without a failure destination",
    reason="A record that always fails blocks its shard until it expires, and is then lost.",
    remedy="Set DestinationConfig.OnFailure to a queue, and MaximumRetryAttempts.",
    find=_find,
    bad=Example(_TEMPLATE.format(end="")),
    good=Example(
        _TEMPLATE.format(
            end="\n    DestinationConfig=awslambda.DestinationConfig(\n        OnFailure=awslambda.OnFailure("
            'Destination=GetAtt(failed, "Arn")),\n    ),\n    MaximumRetryAttempts=3,'
        )
    ),
)
