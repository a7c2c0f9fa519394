"""P106."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found


def policy(principal: str, condition: str = "{}", effect: str = "Allow") -> str:
    return (
        'scope.add(sns.TopicPolicy("P", Topics=["t"], PolicyDocument={"Statement": [{'
        f'"Effect": "{effect}", "Principal": {principal}, "Action": "sns:Publish", "Resource": "t", '
        f'"Condition": {condition}}}]}}))'
    )


@pytest.mark.parametrize("principal", ['"*"', '{"AWS": "*"}', '{"AWS": ["1", "*"]}'])
def test_everybody(tmp_path: Path, principal: str) -> None:
    (one,) = found("P106", tmp_path, policy(principal))
    assert one.message == "P allows sns:Publish to anyone."


def test_a_condition_that_says_who(tmp_path: Path) -> None:
    assert found("P106", tmp_path, policy('"*"', '{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}')) == []
    assert found("P106", tmp_path, policy('"*"', '{"Bool": {"aws:SecureTransport": "true"}}'))


def test_what_is_denied_or_said_to_somebody(tmp_path: Path) -> None:
    assert found("P106", tmp_path, policy('"*"', effect="Deny")) == []
    assert found("P106", tmp_path, policy('{"AWS": "123456789012"}')) == []
    assert found("P106", tmp_path, policy('{"Service": "events.amazonaws.com"}')) == []


def test_functions_that_anyone_may_invoke(tmp_path: Path) -> None:
    body = 'scope.add(awslambda.Permission("P", FunctionName="f", Action="lambda:InvokeFunction", Principal="*"{}))'
    assert found("P106", tmp_path, body.format(""))
    assert found("P106", tmp_path, body.format(', SourceAccount="1"')) == []
