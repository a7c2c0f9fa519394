"""The contract of the `Tables` port where items are looked for, for the fake and for the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from pkgops.aws.connection.client import Clients
from pkgops.aws.tables import DynamoTables
from pkgops.errors import UsageError
from pkgops.ports.tables import TableQuestion, Tables
from tests.pkgops.fakes.tables import FakeTables

pytestmark = pytest.mark.emulator

KEYS = ("pk", "sk")


@dataclass
class Service:
    port: Tables
    table: str


@pytest.fixture(params=["fake", "emulator"])
def service(request: pytest.FixtureRequest) -> Service:
    """An empty table with the keys pk and sk."""
    if request.param == "fake":
        return Service(FakeTables(things=KEYS), "things")
    table = request.getfixturevalue("unique")("table")
    request.getfixturevalue("aws")("dynamodb").create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in KEYS],
        KeySchema=[{"AttributeName": "sk", "KeyType": "RANGE"}, {"AttributeName": "pk", "KeyType": "HASH"}],
    )
    return Service(DynamoTables(request.getfixturevalue("clients")), table)


def put(service: Service, *items: dict[str, Any]) -> None:
    for item in items:
        assert service.port.put_if_absent(service.table, item, KEYS)


def test_a_shape_has_keys_and_types(service: Service) -> None:
    shape = service.port.shape(service.table)
    assert (shape.name, shape.keys, shape.indexes) == (service.table, KEYS, {})
    assert shape.types == {"pk": "S", "sk": "S"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("=", "b1"), ["b1"]),
        (("begins_with", "b"), ["b1", "b2"]),
        (("<", "b1"), ["a1"]),
        (("<=", "b1"), ["a1", "b1"]),
        ((">", "b1"), ["b2"]),
        ((">=", "b1"), ["b1", "b2"]),
    ],
)
def test_items_are_found_by_key(service: Service, condition: tuple[str, str], expected: list[str]) -> None:
    put(service, *({"pk": "x", "sk": sort, "n": 1} for sort in ("a1", "b1", "b2")), {"pk": "y", "sk": "b1"})
    page = service.port.page(service.table, TableQuestion((("pk", "=", "x"), ("sk", *condition))))
    assert [item["sk"] for item in page.items] == expected
    assert (page.read, page.after) == (len(expected), "")


def test_pages_follow_each_other(service: Service) -> None:
    put(service, *({"pk": "x", "sk": f"{number}"} for number in range(5)))
    for conditions in ((), (("pk", "=", "x"),)):
        found, after = [], ""
        while True:
            page = service.port.page(service.table, TableQuestion(conditions, most=2, after=after))
            assert page.read == len(page.items) <= 2
            found += [item["sk"] for item in page.items]
            after = page.after
            if not after:
                break
        assert found == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("ask", [lambda port: port.shape("absent"), lambda port: port.page("absent", TableQuestion())])
def test_a_table_that_is_not_there_is_not_asked(service: Service, ask: Any) -> None:
    with pytest.raises(UsageError, match="absent"):
        ask(service.port)


def test_an_index_is_asked(aws: Any, clients: Clients, unique: Any) -> None:
    table = unique("table")
    aws("dynamodb").create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "score", "AttributeType": "N"},
        ],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-score",
                "KeySchema": [{"AttributeName": "score", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    port = DynamoTables(clients)
    assert port.put_if_absent(table, {"pk": "a", "score": 7}, ("pk",))
    shape = port.shape(table)
    assert (shape.indexes, shape.types["score"]) == ({"by-score": ("score",)}, "N")
    page = port.page(table, TableQuestion((("score", "=", Decimal(7)),), "by-score"))
    assert page.items == ({"pk": "a", "score": 7},)
    with pytest.raises(UsageError, match="no place"):
        port.page(table, TableQuestion(after="[1]"))
