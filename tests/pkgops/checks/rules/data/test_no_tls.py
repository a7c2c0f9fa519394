"""P403."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found, judged, subject_of

POLICY = (
    'scope.add(s3.BucketPolicy("P", Bucket={bucket}, PolicyDocument={{"Statement": [{{"Effect": "{effect}", '
    '"Principal": {principal}, "Action": "{action}", "Resource": "x", '
    '"Condition": {{"Bool": {{"aws:SecureTransport": "{secure}"}}}}}}]}}))'
)


def policy(**changed: str) -> str:
    plain = {"bucket": 'Ref("B")', "effect": "Deny", "principal": '"*"', "action": "s3:*", "secure": "false"}
    return POLICY.format(**{**plain, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"effect": "Allow"},
        {"principal": '{"AWS": "1"}'},
        {"action": "s3:GetObject"},
        {"secure": "true"},
        {"bucket": '"another"'},
    ],
    ids=str,
)
def test_a_statement_that_does_not_refuse_it(tmp_path: Path, changed: dict[str, str]) -> None:
    bucket = 'scope.add(s3.Bucket("B"))\n'
    assert found("P403", tmp_path, bucket + policy()) == []
    assert len(found("P403", tmp_path, bucket + policy(**changed))) == 1


def test_a_policy_in_another_stack(tmp_path: Path) -> None:
    bucket = 'scope.output("Name", Ref(scope.add(s3.Bucket("B"))))'
    findings = judged(subject_of(tmp_path, one=bucket, two=policy(bucket='scope.use("one.Name")'))).findings
    assert [one for one in findings if one.rule == "P403"] == []
