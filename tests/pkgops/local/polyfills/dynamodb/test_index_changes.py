"""Contract: an update creates or deletes one index of a table at most."""

from __future__ import annotations

import pytest

from tests.pkgops.plan.test_table_indexes import table

pytestmark = pytest.mark.emulator


def template(*indexes, keys=None):
    made = table(*indexes, keys=keys)
    made["Properties"]["BillingMode"] = "PAY_PER_REQUEST"
    for index in made["Properties"].get("GlobalSecondaryIndexes", []):
        index["Projection"] = {"ProjectionType": "ALL"}
    return {"Resources": {"Table": made}}


def indexes(aws, stack):
    found = aws("dynamodb").describe_table(TableName=stack.physical("Table"))["Table"]
    return {row["IndexName"] for row in found.get("GlobalSecondaryIndexes", [])}


@pytest.mark.parametrize("wanted", [("a", "b", "c", "d"), (), ("a", "c")])
def test_two_changes_in_an_update_are_refused(aws, deploy, wanted):
    stack = deploy(template("a", "b"))
    stack.update(template(*wanted))
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("Cannot perform more than one GSI creation or deletion" in reason for reason in stack.reasons)
    assert indexes(aws, stack) == {"a", "b"}


def test_one_change_an_update_is_made(aws, deploy):
    stack = deploy(template())
    for wanted in (("a",), ("a", "b"), ("b",)):
        assert stack.update(template(*wanted)).status == "UPDATE_COMPLETE"
        assert indexes(aws, stack) == set(wanted)


def test_an_index_keeps_its_keys(deploy):
    stack = deploy(template("a"))
    stack.update(template("a", keys={"a": "other"}))
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("Cannot update GSI's properties" in reason for reason in stack.reasons)
