"""Contract: pages of scans and queries, as the DynamoDB developer guide describes them."""

from __future__ import annotations

import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.emulator

NAMES = {"pk": "S", "sk": "N", "group": "S", "rank": "N"}
NUMBERS = [-10, -9, 0, 1, 2, 10, 100]  # as texts they have another order
serialized = TypeSerializer().serialize


def schema(**keys):
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()]


@pytest.fixture
def table(aws, unique):
    name = unique("pages")
    aws("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in NAMES.items()],
        KeySchema=schema(pk="HASH", sk="RANGE"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-group",
                "KeySchema": schema(group="HASH", rank="RANGE"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    yield Table(aws("dynamodb"), name)
    aws("dynamodb").delete_table(TableName=name)


class Table:
    def __init__(self, client, name):
        self.client, self.name = client, name

    def put(self, pk, sk, **more):
        item = {"pk": pk, "sk": sk, **more}
        self.client.put_item(TableName=self.name, Item={name: serialized(value) for name, value in item.items()})

    def delete(self, pk, sk):
        self.client.delete_item(TableName=self.name, Key={"pk": serialized(pk), "sk": serialized(sk)})

    def scan(self, **request):
        return self.client.scan(TableName=self.name, **request)

    def query(self, condition, values, **request):
        given = {f":{name}": serialized(value) for name, value in values.items()}
        return self.client.query(
            TableName=self.name, KeyConditionExpression=condition, ExpressionAttributeValues=given, **request
        )

    def pages(self, between=lambda: None, **request):
        """Every page, with what is done between them."""
        while True:
            page = self.scan(**request)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
            between()


def keys(*pages):
    return [(item["pk"]["S"], int(item["sk"]["N"])) for page in pages for item in page["Items"]]


def test_a_scan_goes_on_behind_an_item_that_was_deleted(table):
    wanted = {(pk, sk) for pk in "abc" for sk in NUMBERS}
    for key in wanted:
        table.put(*key)
    seen = []
    for page in table.pages(Limit=4):
        seen += keys(page)
        if seen[-1:] == keys(page)[-1:]:
            table.delete(*seen[-1])
    assert (len(seen), set(seen)) == (len(wanted), wanted)
    once = [[sk for pk, sk in seen if pk == one] for one in "abc"]
    assert once == [NUMBERS] * 3  # in a partition by the sort key, and partitions one after the other
    assert [pk for pk, _ in seen] == sorted((pk for pk, _ in seen), key=[pk for pk, _ in seen].index)


def test_a_limit_counts_what_is_read_before_the_filter(table):
    for sk in range(5):
        table.put("a", sk, note=str(sk % 2))
    request = {"FilterExpression": "note = :odd", "ExpressionAttributeValues": {":odd": {"S": "1"}}, "Limit": 3}
    first = table.scan(**request)
    assert (first["Count"], first["ScannedCount"], keys(first)) == (1, 3, [("a", 1)])
    assert first["LastEvaluatedKey"] == {"pk": {"S": "a"}, "sk": {"N": "2"}}
    rest = table.scan(**request, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert (rest["Count"], rest["ScannedCount"], "LastEvaluatedKey" in rest) == (1, 2, False)
    counted = table.scan(**request, Select="COUNT")
    assert (counted["Count"], counted["ScannedCount"], "Items" in counted) == (1, 3, False)


def test_a_limit_that_is_just_reached_has_a_key_and_an_empty_page_behind_it(table):
    table.put("a", 1)
    first, second = table.pages(Limit=1)
    assert (keys(first), keys(second), second["ScannedCount"]) == ([("a", 1)], [], 0)


def test_a_page_has_a_megabyte_at_most(table):
    for sk in range(4):
        table.put("a", sk, note="x" * 390_000)
    assert [page["Count"] for page in table.pages()] == [2, 2]
    found = table.query("pk = :pk", {"pk": "a"}, ScanIndexForward=False)
    assert (keys(found), found["LastEvaluatedKey"]["sk"]) == ([("a", 3), ("a", 2)], {"N": "2"})
    table.put("a", 0, note="short")
    assert [page["Count"] for page in table.pages()] == [3, 1]


def test_segments_of_a_parallel_scan_have_everything_once(table):
    wanted = {(f"key-{number}", number) for number in range(40)}
    for key in wanted:
        table.put(*key, group="g", rank=1)
    for index in ({}, {"IndexName": "by-group"}):
        parts = [keys(*table.pages(Segment=part, TotalSegments=3, Limit=7, **index)) for part in range(3)]
        assert sorted(key for part in parts for key in part) == sorted(wanted)


def test_an_index_is_scanned_in_pages_with_both_keys_and_its_own_attributes(table):
    for sk in range(5):
        table.put("a", sk, group=f"g{sk % 2}", rank=7, note="n", hidden="h")
    table.put("b", 0, group="without a rank")
    pages = [*table.pages(IndexName="by-group", Limit=2)]
    assert sorted(keys(*pages)) == [("a", sk) for sk in range(5)]
    assert pages[0]["LastEvaluatedKey"].keys() == NAMES.keys()
    assert pages[0]["Items"][0].keys() == {*NAMES, "note"}
    names = {"ExpressionAttributeNames": {"#g": "group"}}
    found = table.scan(IndexName="by-group", ProjectionExpression="#g, note , hidden", **names)["Items"]
    assert [item.keys() for item in found] == [{"group", "note"}] * 5


CONDITIONS = {
    "sk = :low": lambda sk, low, high: sk == low,
    "sk < :low": lambda sk, low, high: sk < low,
    "sk <= :low": lambda sk, low, high: sk <= low,
    "sk > :low": lambda sk, low, high: sk > low,
    "sk >= :low": lambda sk, low, high: sk >= low,
    "sk BETWEEN :low AND :high": lambda sk, low, high: low <= sk <= high,
}


def test_queries_read_the_stretch_their_condition_names_in_both_directions(table):
    for sk in NUMBERS:
        table.put("a", sk)
        table.put("b", sk)
    for condition, holds in CONDITIONS.items():
        for forward in (True, False):
            for low, high in ((-9, 10), (3, 50), (-10, 100)):
                values = {"pk": "a", "low": low} | ({"high": high} if ":high" in condition else {})
                wanted = [("a", sk) for sk in sorted(NUMBERS, reverse=not forward) if holds(sk, low, high)]
                found, request = [], {"ScanIndexForward": forward, "Limit": 2}
                while True:
                    page = table.query(f"pk = :pk AND {condition}", values, **request)
                    found += keys(page)
                    if "LastEvaluatedKey" not in page:
                        break
                    request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
                assert found == wanted, (condition, low, high, forward)


def test_a_query_goes_on_behind_an_item_of_an_index_that_has_left_it(table):
    for sk in NUMBERS:
        table.put("a", sk, group="g", rank=1)
    first = table.query("#g = :g", {"g": "g"}, IndexName="by-group", Limit=3, **GROUP)
    table.put("a", NUMBERS[2], group="another", rank=1)
    start = {"ExclusiveStartKey": first["LastEvaluatedKey"]}
    rest = table.query("#g = :g AND #r = :r", {"g": "g", "r": 1}, IndexName="by-group", **start, **GROUP_RANK)
    assert keys(first, rest) == [("a", sk) for sk in NUMBERS]


GROUP = {"ExpressionAttributeNames": {"#g": "group"}}
GROUP_RANK = {"ExpressionAttributeNames": {"#g": "group", "#r": "rank"}}


def test_texts_are_found_by_what_they_begin_with(aws, unique):
    name, dynamodb = unique("texts"), aws("dynamodb")
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=schema(pk="HASH", sk="RANGE"),
        BillingMode="PAY_PER_REQUEST",
    )
    for sk in ("EVENT", "EVENT#1", "EVENT#2", "EVENU", "A"):
        dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}, "sk": {"S": sk}})
    for forward in (True, False):
        page = dynamodb.query(
            TableName=name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": "a"}, ":sk": {"S": "EVENT#"}},
            ScanIndexForward=forward,
        )
        assert [item["sk"]["S"] for item in page["Items"]] == ["EVENT#1", "EVENT#2"][:: 1 if forward else -1]
        assert page["ScannedCount"] == 2
    dynamodb.delete_table(TableName=name)


def test_what_the_emulator_refuses_is_refused_as_before(table):
    table.put("a", 1)
    for wrong in (
        {"FilterExpression": "((sk = :x))", "ExpressionAttributeValues": {":x": {"N": "1"}}},
        {"ExclusiveStartKey": {"pk": {"S": "a"}}},
        {"Segment": 3, "TotalSegments": 3},
        {"IndexName": "by-nothing"},
    ):
        with pytest.raises(ClientError, match="ValidationException"):
            table.scan(**wrong)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        Table(table.client, "pages-of-nothing").scan()


KEYS = st.tuples(st.sampled_from("abcde"), st.sampled_from(NUMBERS))
STEPS = st.lists(st.tuples(st.booleans(), KEYS), max_size=3)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.sets(KEYS, min_size=5, max_size=20),
    rounds=st.lists(STEPS, max_size=4),
    index=st.sampled_from([{}, {"IndexName": "by-group"}]),
    size=st.integers(2, 6),
)
def test_pages_are_the_table_without_duplicates_while_items_come_and_go(table, first, rounds, index, size):
    for one in keys(*table.pages()):
        table.delete(*one)
    for pk, sk in first:
        table.put(pk, sk, group=pk, rank=sk)
    left = iter(rounds)
    seen = keys(*table.pages(lambda: change(table, next(left, [])), Limit=size, **index))
    assert len(seen) == len(set(seen))
    assert first - {key for steps in rounds for added, key in steps if not added} <= set(seen)


def change(table, steps):
    for added, (pk, sk) in steps:
        if added:
            table.put(pk, sk, group=pk, rank=sk)
        else:
            table.delete(pk, sk)
