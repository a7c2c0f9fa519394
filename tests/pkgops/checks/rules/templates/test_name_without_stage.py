"""P004."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.model import Stage
from tests.pkgops.checks.project import PRODUCTION, found

DEV = Stage("dev", account="123456789012")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('"news-dev"', 0),
        ('"app-dev-news"', 0),
        ('"/aws/lambda/news-dev"', 0),
        ('Sub("news-dev-${AWS::AccountId}")', 0),
        ('"news"', 1),
        ('"developer-news"', 1),
        ('Sub("news-${AWS::AccountId}")', 1),
        ('Ref("AWS::StackName")', 0),  # not written out
    ],
)
def test_the_stage_is_a_word_of_the_name(tmp_path: Path, name: str, expected: int) -> None:
    assert len(found("P004", tmp_path, f'scope.add(sns.Topic("News", TopicName={name}))', DEV)) == expected


def test_production_has_the_plain_names(tmp_path: Path) -> None:
    assert found("P004", tmp_path, 'scope.add(sns.Topic("News", TopicName="news"))', PRODUCTION) == []


def test_exports_are_names_too(tmp_path: Path) -> None:
    body = (
        'from troposphere import Export, Output\nscope.template.add_output(Output("A", Value="x", Export=Export("A")))'
    )
    (one,) = found("P004", tmp_path, body, DEV)
    assert one.message == "An export is named A, without the stage (dev)."


def test_what_is_named_inside_something_else_needs_no_stage(tmp_path: Path) -> None:
    body = (
        'scope.add(awslambda.Alias("Live", Name="live", FunctionName="news-dev", FunctionVersion="1"))\n'
        'scope.add(awslambda.Permission("P", FunctionName="news", Action="lambda:InvokeFunction", Principal="s3"))'
    )
    assert found("P004", tmp_path, body, DEV) == []
