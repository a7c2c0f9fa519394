"""P201."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found

FUNCTION = (
    'f = scope.add(awslambda.Function("F", Code=awslambda.Code(ZipFile="x"), Handler="index.handler", '
    'Runtime="python3.12", Role="arn:aws:iam::1:role/r"{}))\n'
)


@pytest.mark.parametrize(
    ("properties", "group"),
    [
        (', FunctionName="read-dev"', 'LogGroupName="/aws/lambda/read-dev"'),
        ("", 'LogGroupName=Sub("/aws/lambda/${F}")'),
        (', LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref("G"))', 'LogGroupName="anything"'),
        (', LoggingConfig=awslambda.LoggingConfig(LogGroup="anything")', 'LogGroupName="anything"'),
    ],
)
def test_a_group_by_name_or_by_reference(tmp_path: Path, properties: str, group: str) -> None:
    body = FUNCTION.format(properties)
    assert found("P201", tmp_path, body)
    assert found("P201", tmp_path, body + f'scope.add(logs.LogGroup("G", {group}))') == []


def test_a_group_of_another_name(tmp_path: Path) -> None:
    body = FUNCTION.format(', FunctionName="read-dev"')
    assert found("P201", tmp_path, body + 'scope.add(logs.LogGroup("G", LogGroupName="/aws/lambda/read"))')
