"""P104."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found


def policy(statement: str) -> str:
    return (
        'scope.add(iam.Role("R", AssumeRolePolicyDocument=grants.trust_policy("lambda"), Policies=[iam.Policy('
        f'PolicyName="A", PolicyDocument={{"Version": "2012-10-17", "Statement": {statement}}})]))'
    )


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ('{"Effect": "Allow", "Action": "*", "Resource": "x"}', 1),
        ('{"Effect": "Allow", "Action": ["s3:Get*", "s3:PutObject"], "Resource": "x"}', 1),
        ('{"Effect": "Allow", "NotAction": "iam:PassRole", "Resource": "x"}', 1),
        ('{"Effect": "Deny", "Action": "s3:*", "Resource": "x"}', 0),
        ('{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "x"}', 0),
    ],
)
def test_wildcards_of_what_is_allowed(tmp_path: Path, statement: str, expected: int) -> None:
    assert len(found("P104", tmp_path, policy(statement))) == expected


def test_resource_policies_count(tmp_path: Path) -> None:
    body = (
        'scope.add(sqs.QueuePolicy("P", Queues=["q"], PolicyDocument={"Statement": [{"Effect": "Allow", '
        '"Principal": {"AWS": "1"}, "Action": "sqs:*", "Resource": "*"}]}))'
    )
    (one,) = found("P104", tmp_path, body)
    assert one.path == "Resources/P/Properties/PolicyDocument/Statement/0"
