"""Contract: a name that is taken is refused."""

from __future__ import annotations

import pytest

from tests.pkgops.local.polyfills.resources import log_group, queue, role, secret, table

pytestmark = pytest.mark.emulator


@pytest.mark.parametrize("resource", [table, queue, role, secret, log_group])
def test_a_second_stack_with_the_same_name_rolls_back(deploy, unique, resource):
    name = unique("taken")
    assert deploy({"First": resource(name)}).status == "CREATE_COMPLETE"
    second = deploy({"Second": resource(name)})
    assert second.status == "ROLLBACK_COMPLETE"
    assert any("already exists" in reason for reason in second.reasons)


def test_the_table_that_was_there_keeps_its_items(deploy, unique, aws):
    name = unique("taken")
    deploy({"First": table(name)})
    aws("dynamodb").put_item(TableName=name, Item={"pk": {"S": "kept"}})
    deploy({"Second": table(name)})
    assert aws("dynamodb").scan(TableName=name)["Count"] == 1


def test_a_rename_onto_a_taken_name_is_refused_too(deploy, unique, aws):
    mine, taken = unique("mine"), unique("taken")
    deploy({"Other": table(taken)})
    aws("dynamodb").put_item(TableName=taken, Item={"pk": {"S": "kept"}})
    stack = deploy({"Table": table(mine)})
    assert stack.update({"Resources": {"Table": table(taken)}}).status == "UPDATE_ROLLBACK_COMPLETE"
    assert aws("dynamodb").scan(TableName=taken)["Count"] == 1
    assert aws("dynamodb").describe_table(TableName=mine)["Table"]["TableStatus"] == "ACTIVE"


def test_an_update_in_place_keeps_its_own_name(deploy, unique, aws):
    name = unique("mine")
    stack = deploy({"Queue": queue(name)})
    changed = queue(name)
    changed["Properties"]["VisibilityTimeout"] = 77
    assert stack.update({"Resources": {"Queue": changed}}).status == "UPDATE_COMPLETE"
    url = stack.physical("Queue")
    attributes = aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "77"
