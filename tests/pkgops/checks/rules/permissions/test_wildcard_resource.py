"""P105."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found
from tests.pkgops.checks.rules.permissions.test_wildcard_action import policy


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("dynamodb:GetItem", 1),
        ("sqs:SendMessage", 1),
        ("xray:PutTraceSegments", 0),  # takes no resource
        ("ec2:DescribeInstances", 0),
        ("cloudwatch:PutMetricData", 1),  # a condition narrows it
        ("s3:*", 0),  # see P104
        ("made:Up", 1),
    ],
)
def test_actions_that_take_a_resource(tmp_path: Path, action: str, expected: int) -> None:
    body = policy(f'[{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}]')
    assert len(found("P105", tmp_path, body)) == expected


def test_the_namespace_narrows_metrics(tmp_path: Path) -> None:
    condition = '{"StringEquals": {"cloudwatch:namespace": "Notes"}}'
    body = policy(
        f'[{{"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": {condition}}}]'
    )
    assert found("P105", tmp_path, body) == []


def test_only_the_wide_actions_are_named(tmp_path: Path) -> None:
    body = policy('[{"Effect": "Allow", "Action": ["xray:PutTraceSegments", "sns:Publish"], "Resource": "*"}]')
    (one,) = found("P105", tmp_path, body)
    assert (one.message, one.subject) == ("R allows sns:Publish on every resource.", "sns:Publish")
