"""P302."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pkgops.checks.project import found

TEMPLATE = """
jobs = scope.add(sqs.Queue("Jobs"{visibility}))
work = scope.add(awslambda.Function("Work", Code=awslambda.Code(ZipFile="x"), Handler="index.handler",
    Runtime="python3.12", Role="arn:aws:iam::1:role/r"{timeout}))
live = scope.add(awslambda.Alias("Live", Name="live", FunctionName=Ref(work), FunctionVersion="1"))
scope.add(awslambda.EventSourceMapping("M", EventSourceArn=GetAtt(jobs, "Arn"), FunctionName={target}))
"""


@pytest.mark.parametrize(
    ("visibility", "timeout", "expected"),
    [
        (360, 60, None),
        (359, 60, "warning"),
        (60, 60, "warning"),
        (59, 60, "error"),
        (None, 5, None),  # 30 seconds unless told otherwise
        (None, 6, "warning"),
        (None, 31, "error"),
        (18, None, None),  # 3 seconds unless told otherwise
        (17, None, "warning"),
    ],
)
def test_the_two_times(tmp_path: Path, visibility: int | None, timeout: int | None, expected: str | None) -> None:
    body = TEMPLATE.format(
        visibility=f", VisibilityTimeout={visibility}" if visibility else "",
        timeout=f", Timeout={timeout}" if timeout else "",
        target="Ref(work)",
    )
    severities = [one.severity for one in found("P302", tmp_path, body)]
    assert severities == ([expected] if expected else [])


@pytest.mark.parametrize("target", ["Ref(live)", 'GetAtt(work, "Arn")'])
def test_the_function_behind_an_alias(tmp_path: Path, target: str) -> None:
    body = TEMPLATE.format(visibility="", timeout=", Timeout=60", target=target)
    (one,) = found("P302", tmp_path, body)
    assert one.message == "Jobs has a visibility timeout of 30 s; Work may run for 60 s."
