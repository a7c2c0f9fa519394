"""The contract of the `Tables` port, for the fake and for the emulator."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pkgops.aws.connection.client import Clients
from pkgops.aws.dynamodb.values import decoded, encoded
from pkgops.aws.tables import DynamoTables
from pkgops.errors import AccessError, BuildError, UsageError
from pkgops.model import Stage
from pkgops.ports.tables import Tables
from tests.pkgops.fakes.scripted import Answer, scripted
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


def test_keys_are_known_partition_first(service: Service) -> None:
    assert service.port.keys(service.table) == KEYS


def test_an_item_is_written_once(service: Service) -> None:
    first = {"pk": "a", "sk": "1", "score": 0.1}
    assert service.port.put_if_absent(service.table, first, KEYS)
    assert not service.port.put_if_absent(service.table, {**first, "score": 2}, KEYS)
    assert service.port.put_if_absent(service.table, {**first, "sk": "2"}, KEYS)
    assert service.port.read(service.table, [{"pk": "a", "sk": "1"}], ("score",)) == [{"score": 0.1}]


def test_together_is_all_or_nothing(service: Service) -> None:
    def write(key: str) -> bool:
        account, related = {"pk": "user", "sk": "META"}, {"pk": "user", "sk": key}
        return service.port.put_if_absent(service.table, account, KEYS, [related])

    assert write("first")
    assert not write("second")
    wanted = [{"pk": "user", "sk": key} for key in ("META", "first", "second")]
    found = service.port.read(service.table, wanted, ("sk",))
    assert sorted(item["sk"] for item in found) == ["META", "first"]


def test_one_of_many_writers_wins(service: Service) -> None:
    start, won = threading.Barrier(8), []

    def write(number: int) -> None:
        start.wait()
        item = {"pk": "one", "sk": "META", "by": number}
        if service.port.put_if_absent(service.table, item, KEYS, [{"pk": "one", "sk": f"key {number}"}]):
            won.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    keys = [{"pk": "one", "sk": f"key {number}"} for number in range(8)]
    assert service.port.read(service.table, keys, ("sk",)) == [{"sk": f"key {won[0]}"}]
    assert service.port.read(service.table, [{"pk": "one", "sk": "META"}], ("by",)) == [{"by": won[0]}]


def test_more_keys_than_one_batch(service: Service) -> None:
    for number in range(130):
        service.port.put_if_absent(service.table, {"pk": str(number), "sk": "x", "name": "n"}, KEYS)
    wanted = [{"pk": str(number), "sk": "x"} for number in range(140)]
    found = service.port.read(service.table, wanted, ("pk", "name", "absent"))
    assert {item["pk"] for item in found} == {str(number) for number in range(130)}
    assert all(item.keys() == {"pk", "name"} for item in found)


def test_a_table_that_is_not_there(service: Service) -> None:
    for ask in (
        lambda: service.port.keys("absent"),
        lambda: service.port.put_if_absent("absent", {"pk": "a", "sk": "b"}, KEYS),
        lambda: service.port.read("absent", [{"pk": "a", "sk": "b"}], KEYS),
    ):
        with pytest.raises(UsageError, match="absent is not deployed"):
            ask()


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.text()
    | st.integers(-(10**37), 10**37)
    | st.floats(-1e15, 1e15)  # above 2**53 a float is not the number it is written as
    | st.binary()
    | st.sets(st.text(), min_size=1),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner),
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(min_size=1), PLAIN))
def test_values_come_back_as_they_went(item: dict[str, Any]) -> None:
    assert decoded(encoded(item)) == item


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_goes_as_its_shortest_decimal(number: float) -> None:
    text = encoded({"n": number})["n"]["N"]
    assert float(text) == number
    assert len(Decimal(text).as_tuple().digits) <= 17


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), set(), {1, "a"}])
def test_what_dynamodb_cannot_hold_is_refused(value: Any, clients: Clients) -> None:
    with pytest.raises(BuildError, match="cannot be stored"):
        DynamoTables(clients).put_if_absent("any", {"pk": "a", "sk": "b", "value": value}, KEYS)


def test_what_a_batch_leaves_unprocessed_is_asked_for_again() -> None:
    asked: list[list[str]] = []

    def answer(operation: str, arguments: dict[str, Any]) -> Answer:
        assert operation == "BatchGetItem"
        request = arguments["RequestItems"]["t"]
        keys = [key["pk"]["S"] for key in request["Keys"]]
        asked.append(keys)
        rest = {"t": {**request, "Keys": request["Keys"][1:]}} if len(keys) > 1 else {}
        return 200, {"Responses": {"t": [{"pk": {"S": keys[0]}}]}, "UnprocessedKeys": rest}

    with scripted(answer) as endpoint:
        found = DynamoTables(Clients(Stage("local"), endpoint)).read("t", [{"pk": key} for key in "abc"], ["pk"])
    assert found == [{"pk": "a"}, {"pk": "b"}, {"pk": "c"}]
    assert asked == [["a", "b", "c"], ["b", "c"], ["c"]]


def test_a_conflict_is_tried_again() -> None:
    """Two transactions on the same item at the same moment: AWS cancels one, which knows nothing yet."""
    codes = ["TransactionConflict", "ConditionalCheckFailed"]

    def answer(operation: str, _arguments: dict[str, Any]) -> Answer:
        assert operation == "TransactWriteItems"
        reasons = [{"Code": codes.pop(0)}, {"Code": "None"}]
        return 400, {"__type": "TransactionCanceledException", "message": "no", "CancellationReasons": reasons}

    with scripted(answer) as endpoint:
        port = DynamoTables(Clients(Stage("local"), endpoint))
        assert not port.put_if_absent("t", {"pk": "a"}, ["pk"], [{"pk": "b"}])
    assert codes == []


def test_refused_access_is_no_refused_item() -> None:
    said = {"__type": "AccessDeniedException", "message": "no dynamodb:PutItem"}
    with scripted(lambda *_call: (400, said)) as endpoint, pytest.raises(AccessError, match="no dynamodb:PutItem"):
        DynamoTables(Clients(Stage("local"), endpoint)).put_if_absent("t", {"pk": "a"}, ["pk"])
