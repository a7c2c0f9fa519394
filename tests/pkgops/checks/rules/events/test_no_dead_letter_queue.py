"""P301."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found, judged, subject_of

QUEUE = 'failed = scope.add(sqs.Queue("Failed"))\n'
FUNCTION = (
    'f = scope.add(awslambda.Function("F", Code=awslambda.Code(ZipFile="x"), Handler="index.handler", '
    'Runtime="python3.12", Role="arn:aws:iam::1:role/r"{}))\n'
)


@pytest.mark.parametrize(
    "more",
    [
        FUNCTION.format(', DeadLetterConfig=awslambda.DeadLetterConfig(TargetArn=GetAtt(failed, "Arn"))'),
        'scope.add(awslambda.EventSourceMapping("M", FunctionName="f", EventSourceArn="a", StartingPosition="LATEST", '
        "DestinationConfig=awslambda.DestinationConfig("
        'OnFailure=awslambda.OnFailure(Destination=GetAtt(failed, "Arn")))))',
        'scope.add(sns.SubscriptionResource("S", TopicArn="t", Protocol="sqs", Endpoint="e", '
        'RedrivePolicy={"deadLetterTargetArn": GetAtt(failed, "Arn")}))',
    ],
    ids=["of a function", "of a stream", "of a subscription"],
)
def test_a_queue_that_takes_failures_needs_none(tmp_path: Path, more: str) -> None:
    assert found("P301", tmp_path, QUEUE)
    assert found("P301", tmp_path, QUEUE + more) == []


def test_in_another_stack(tmp_path: Path) -> None:
    failed = QUEUE + 'scope.output("Arn", GetAtt(failed, "Arn"))'
    jobs = (
        'scope.add(sqs.Queue("Jobs", RedrivePolicy=sqs.RedrivePolicy('
        'deadLetterTargetArn=scope.use("failed.Arn"), maxReceiveCount=3)))'
    )
    findings = judged(subject_of(tmp_path, failed=failed, jobs=jobs)).findings
    assert [one for one in findings if one.rule == "P301"] == []
