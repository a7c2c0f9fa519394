"""P108."""

from __future__ import annotations

from pathlib import Path

from tests.pkgops.checks.project import judged, subject_of


def function(name: str, role: str) -> str:
    return (
        f'scope.add(awslambda.Function("{name}", Code=awslambda.Code(ZipFile="x"), Handler="index.handler", '
        f'Runtime="python3.12", Role={role}))\n'
    )


def test_across_stacks(tmp_path: Path) -> None:
    role = 'role = scope.add(iam.Role("R", AssumeRolePolicyDocument=grants.trust_policy("lambda")))\n'
    first = role + function("A", 'GetAtt(role, "Arn")') + 'scope.output("Role", GetAtt(role, "Arn"))'
    second = function("B", 'scope.use("one.Role")')
    (one,) = [one for one in judged(subject_of(tmp_path, one=first, two=second)).findings if one.rule == "P108"]
    assert one.message == "B shares the role of A."


def test_a_role_that_is_not_the_systems(tmp_path: Path) -> None:
    both = function("A", '"arn:aws:iam::1:role/r"') + function("B", '"arn:aws:iam::1:role/r"')
    assert [one for one in judged(subject_of(tmp_path, main=both)).findings if one.rule == "P108"] == []
