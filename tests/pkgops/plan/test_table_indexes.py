"""How are several index changes of a table spread over updates?"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from pkgops.plan.table_indexes import in_steps, index_changes


def table(*indexes: str, keys: dict[str, str] | None = None) -> dict[str, Any]:
    """A table with indexes of these names; each has the key of its name, or as ``keys`` says."""
    hashes = {name: (keys or {}).get(name, name) for name in indexes}
    properties: dict[str, Any] = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in dict.fromkeys(("pk", *hashes.values()))
        ],
    }
    if hashes:
        properties["GlobalSecondaryIndexes"] = [
            {"IndexName": name, "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}], "Projection": {}}
            for name, key in hashes.items()
        ]
    return {"Type": "AWS::DynamoDB::Table", "Properties": properties}


def template(**tables: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": {**tables, "Queue": {"Type": "AWS::SQS::Queue"}}}


def names(one: Any, logical_id: str = "Table") -> tuple[set[str], set[str]]:
    """The indexes of a table, and the attributes it defines."""
    properties = one["Resources"][logical_id]["Properties"]
    indexes = {row["IndexName"] for row in properties.get("GlobalSecondaryIndexes", [])}
    return indexes, {row["AttributeName"] for row in properties["AttributeDefinitions"]}


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        ((), ("a",), []),
        (("a",), ("a",), []),
        ((), ("a", "b"), [{"a"}]),
        (("old",), ("new",), [{"old", "new"}]),
        (("a", "b"), (), [{"b"}]),
        (("a",), ("b", "c"), [{"a", "b"}, {"a", "b", "c"}]),
    ],
)
def test_each_update_changes_one_index(before: tuple[str, ...], after: tuple[str, ...], steps: list[set[str]]) -> None:
    made = in_steps(template(Table=table(*before)), template(Table=table(*after)))
    assert [names(one) for one in made] == [(step, step | {"pk"}) for step in steps]
    states = [template(Table=table(*before)), *made, template(Table=table(*after))]
    for had, wanted in pairwise(states):
        assert len(index_changes(had, wanted).get("Table", ())) <= 1


def test_tables_change_together_and_nothing_else_does() -> None:
    before = template(One=table(), Two=table("x", "y"))
    after = template(One=table("a", "b", "c"), Two=table()) | {"Outputs": {"New": {"Value": "1"}}}
    made = in_steps(before, after)
    assert [(names(one, "One")[0], names(one, "Two")[0]) for one in made] == [({"a"}, {"y"}), ({"a", "b"}, {"y"})]
    assert all("Outputs" not in one for one in made)


def test_another_key_under_the_same_name_is_no_change_in_place() -> None:
    changes = index_changes(template(Table=table("a")), template(Table=table("a", keys={"a": "other"})))
    assert [str(change) for change in changes["Table"]] == ["~ a"]


def test_a_new_table_may_have_any_number_of_indexes() -> None:
    assert index_changes({"Resources": {}}, template(Table=table("a", "b"))) == {}
