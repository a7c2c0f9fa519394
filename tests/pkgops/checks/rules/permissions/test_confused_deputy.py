"""P107."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found
from tests.pkgops.checks.rules.permissions.test_public_policy import policy

SERVICE = '{"Service": "events.amazonaws.com"}'


@pytest.mark.parametrize("key", ["aws:SourceAccount", "aws:SourceArn", "AWS:SourceOrgID"])
def test_a_condition_on_the_source(tmp_path: Path, key: str) -> None:
    assert found("P107", tmp_path, policy(SERVICE, f'{{"StringEquals": {{"{key}": "1"}}}}')) == []


def test_the_service_is_named(tmp_path: Path) -> None:
    (one,) = found("P107", tmp_path, policy(SERVICE))
    assert one.subject == "events.amazonaws.com"


def test_who_is_no_service(tmp_path: Path) -> None:
    for principal in ('"*"', '{"AWS": "1"}'):
        assert found("P107", tmp_path, policy(principal)) == []


def test_the_trust_policy_of_a_role_is_none_of_its_business(tmp_path: Path) -> None:
    assert (
        found("P107", tmp_path, 'scope.add(iam.Role("R", AssumeRolePolicyDocument=grants.trust_policy("lambda")))')
        == []
    )
