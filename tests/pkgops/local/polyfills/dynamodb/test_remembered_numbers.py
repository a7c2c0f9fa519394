"""Contract: numbers are read as before, and what is no text of a number is not taken for one that is."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pkgops.local.hooks.types import Types
from pkgops.local.polyfills.dynamodb import remembered_numbers

TEXTS: list[Any] = [
    *("0", "-0", "1", "+1", "007", "1.50", "-12.5", "1e3", "1E-130", "1e126", "1e-131", "9" * 38, "9" * 39, "9" * 41),
    *("", " 5", "5 ", "1_000", "nan", "Infinity", "x", "1e99999999999999999999", None, True, 1, 1.0, b"1"),
]


@pytest.mark.parametrize("name", remembered_numbers.READINGS)
def test_the_readings_are_the_emulators(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    dynamodb = importlib.import_module("ministack.services.dynamodb")
    original = getattr(dynamodb, name)
    expected = [original(text) for text in TEXTS]
    for one in remembered_numbers.READINGS:
        monkeypatch.setattr(dynamodb, one, getattr(dynamodb, one))
    remembered_numbers.install(Types())
    remembering = getattr(dynamodb, name)
    assert remembering is not original
    for _ in range(2):
        assert [remembering(text) for text in TEXTS] == expected


@pytest.mark.emulator
def test_numbers_are_kept_and_refused_as_before(aws: Any, unique: Any) -> None:
    client, name = aws("dynamodb"), unique("numbers")
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for _ in range(2):
        client.put_item(TableName=name, Item={"pk": {"N": "1.0"}, "value": {"N": "+0120"}})
        with pytest.raises(ClientError, match="more than 38 significant digits"):
            client.put_item(TableName=name, Item={"pk": {"N": "9" * 39}})
    assert client.scan(TableName=name)["Items"] == [{"pk": {"N": "1"}, "value": {"N": "120"}}]
