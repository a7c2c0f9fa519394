"""Contract: what an update changes is a copy, of every type there is."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from botocore.exceptions import ClientError

from pkgops.local.polyfills.dynamodb.copies import deep_copy

pytestmark = pytest.mark.emulator

ITEM = {
    "pk": {"S": "a"},
    "note": {"M": {"list": {"L": [{"N": "1.50"}, {"BOOL": True}, {"NULL": True}]}, "bytes": {"B": b"\0\xff"}}},
    "names": {"SS": ["é", "z"]},
}


def test_an_update_leaves_the_old_item_and_one_that_fails_changes_nothing(aws, unique):
    name, dynamodb = unique("copies"), aws("dynamodb")
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName=name, Item=ITEM)
    where = {"TableName": name, "Key": {"pk": {"S": "a"}}}
    whole = dynamodb.get_item(**where)["Item"]
    change = {"UpdateExpression": "SET note.#l[0] = :v", "ExpressionAttributeNames": {"#l": "list"}}
    values = {"ExpressionAttributeValues": {":v": {"S": "new"}}}
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamodb.update_item(**where, **change, **values, ConditionExpression="attribute_not_exists(pk)")
    assert dynamodb.get_item(**where)["Item"] == whole
    assert dynamodb.update_item(**where, **change, **values, ReturnValues="ALL_OLD")["Attributes"] == whole
    assert dynamodb.get_item(**where)["Item"]["note"]["M"]["list"]["L"][0] == {"S": "new"}
    dynamodb.delete_table(TableName=name)


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True, b"b", "é\ud800"]},
        defaultdict(dict, a={}),
        {"a": defaultdict(dict, b={"c": {}}), "d": [Decimal(1)]},
        {"n": Decimal("1.50")},
        [(1, {2})],
    ],
)
def test_a_copy_is_equal_and_shares_nothing(value):
    copied = deep_copy(value)
    assert (copied, type(copied)) == (value, type(value))
    assert copied is not value
    assert all(copied[key] is not value[key] for key in value if key == "a")
    assert getattr(copied, "default_factory", None) is getattr(value, "default_factory", None)
