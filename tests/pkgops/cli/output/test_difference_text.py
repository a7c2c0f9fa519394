"""Does the line of a policy's statement show what it allows, and on what?"""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.cli.output.difference_text import LONGEST, difference_lines
from pkgops.cli.output.terminal import plain
from pkgops.operate.differences import compare

SUB = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${%s}"


def allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def lines(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    return [plain(line).strip() for line in difference_lines("Statement", list(compare(before, after, "Statement")))]


def test_a_statement_names_the_table_that_it_is_about() -> None:
    before, after = ([allow(["dynamodb:Scan", "dynamodb:DeleteItem"], {"Fn::Sub": SUB % one})] for one in ("A", "B"))
    assert lines(before, after) == [
        "Statement",
        f"- Allow dynamodb:Scan, dynamodb:DeleteItem on {SUB % 'A'}",
        f"+ Allow dynamodb:Scan, dynamodb:DeleteItem on {SUB % 'B'}",
    ]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (allow("sqs:SendMessage", {"Fn::GetAtt": ["Jobs", "Arn"]}), "Allow sqs:SendMessage on ${Jobs.Arn}"),
        (allow("sqs:SendMessage", {"Ref": "Topic"}), "Allow sqs:SendMessage on ${Topic}"),
        (
            {"Effect": "Deny", "NotAction": ["s3:Get*", "s3:List*"], "NotResource": "arn:a"},
            "Deny all but s3:Get*, s3:List* on all but arn:a",
        ),
        (
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
            'Allow sts:AssumeRole to {"Service":"lambda.amazonaws.com"}',
        ),
        (allow("s3:GetObject", "*", Condition={"Bool": {"a": "b"}}), 'Allow s3:GetObject on * if {"Bool": {"a": "b"}}'),
        (allow("s3:GetObject", "*", Sid="Read"), "Read (Allow s3:GetObject on *)"),
    ],
)
def test_a_statement_is_a_sentence(statement: dict[str, Any], said: str) -> None:
    assert lines([], [statement])[1:] == [f"+ {said}"]


def test_a_long_one_is_cut() -> None:
    line = lines([], [allow([f"dynamodb:Action{number}" for number in range(40)], "*")])[1]
    assert len(line) == 2 * LONGEST + len("+ ")
    assert line.endswith("...")
