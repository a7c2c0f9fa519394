"""Where do two definitions differ?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgops.operate.differences import Difference, compare

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab", min_size=1, max_size=2) | st.just("Ref"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_values_differ_exactly_when_a_difference_is_named(before: Any, after: Any) -> None:
    assert bool(list(compare(before, after, "x"))) == (before != after)
    assert all(row.before != row.after for row in compare(before, after, "x"))


def test_leaves_are_named_by_path() -> None:
    before = {"Properties": {"Timeout": 3, "Tags": [{"Key": "a", "Value": "1"}], "Name": "n"}}
    after = {"Properties": {"Timeout": 5, "Tags": [{"Key": "a", "Value": "2"}], "Role": "r"}}
    assert list(compare(before, after)) == [
        Difference("Properties/Name", '"n"', None),
        Difference("Properties/Role", None, '"r"'),
        Difference("Properties/Tags[a]/Value", '"1"', '"2"'),
        Difference("Properties/Timeout", "3", "5"),
    ]


def index(name: str, *keys: str) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": [{"AttributeName": key} for key in keys]}


STATEMENT = {"Effect": "Allow", "Action": ["a:Read"], "Resource": "one"}


@pytest.mark.parametrize(
    ("path", "before", "after", "expected"),
    [
        ("Indexes", [index("a", "x")], [index("b", "y"), index("a", "x")], ["+ Indexes b"]),
        ("Indexes", [index("a", "x")], [index("a", "z")], ["- Indexes[a]/KeySchema x", "+ Indexes[a]/KeySchema z"]),
        ("Rules", [{"Id": "old", "Days": 1}], [{"Id": "old", "Days": 2}], ["~ Rules[old]/Days"]),
        ("Rules", [{"Id": "a"}, {"Id": "b"}], [{"Id": "b"}, {"Id": "a"}], ["= Rules"]),
        ("Statement", [STATEMENT], [{**STATEMENT, "Action": ["a:Read", "a:Write"]}], ["+ Statement[Allow one]/Action"]),
        ("Statement", [{**STATEMENT, "Sid": "S"}], [{**STATEMENT, "Sid": "T"}], ["- Statement S", "+ Statement T"]),
        ("Names", ["a", "b"], ["b", "c"], ["- Names", "+ Names"]),
        ("Names", ["a", "b"], ["b", "a"], ["= Names"]),
        ("Steps", [{"Do": 1}, {"Do": 2}], [{"Do": 0}, {"Do": 1}, {"Do": 2}], ["+ Steps"]),
        ("Steps", [{"Do": 1}, {"Do": 2}], [{"Do": 1}, {"Do": 3}], ["~ Steps/1/Do"]),
        ("Arn", {"Fn::GetAtt": ["A", "Arn"]}, {"Fn::GetAtt": ["B", "Arn"]}, ["~ Arn"]),
        ("Arn", {"Ref": "A"}, {"Fn::Sub": "${A}"}, ["~ Arn"]),
        ("Body", '{"widgets": [1], "x": 2}', '{"widgets": [1], "x": 3}', ["~ Body/x"]),
        ("Body", '{"x": 2}', '{ "x": 2}', ["~ Body"]),
        ("Body", "{not json", "{nor this", ["~ Body"]),
    ],
)
def test_lists_are_compared_by_what_identifies_their_members(
    path: str, before: Any, after: Any, expected: list[str]
) -> None:
    def sign(row: Difference) -> str:
        return "=" if row.reordered else "+" if row.before is None else "-" if row.after is None else "~"

    assert [f"{sign(row)} {row.path} {row.member}".rstrip() for row in compare(before, after, path)] == expected
