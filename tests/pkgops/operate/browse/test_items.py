"""An item as it is edited: what is hidden comes back, and only into its own place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pkgops.errors import PkgopsError
from pkgops.operate.browse.items import digest, edit, key_of, shown
from tests.pkgops.fakes.tables import FakeTables

TABLE = "things"
SECRET = "hunter22hunter22"
ITEM: dict[str, Any] = {
    "pk": "a\x9b\u202e",
    "password": SECRET,
    "nested": {"token": SECRET, "list": [{"secret": SECRET}, "plain"]},
    "count": 7,
}


@pytest.fixture
def tables() -> FakeTables:
    found = FakeTables(things=("pk",))
    found.put_if_absent(TABLE, ITEM, ("pk",))
    return found


def stored(tables: FakeTables) -> dict[str, Any]:
    (item,) = tables.items[TABLE].values()
    return item


def test_what_is_hidden_stays(tables: FakeTables) -> None:
    key = key_of(tables.shape(TABLE), ITEM)
    item = tables.item(TABLE, json.loads(key))
    assert item is not None
    text = shown(item)
    assert SECRET not in text
    assert text.isprintable() or set(text) - {"\n"} == {one for one in text if one.isprintable()}
    assert json.loads(text)["pk"] == {"S": ITEM["pk"]}
    edit(tables, TABLE, key, digest(item), text.replace('"7"', '"8"'))
    assert stored(tables) == {**ITEM, "count": 8}


def test_a_hidden_value_does_not_move(tables: FakeTables) -> None:
    key = key_of(tables.shape(TABLE), ITEM)
    item = tables.item(TABLE, json.loads(key))
    assert item is not None
    changed = {**json.loads(shown(item)), "other": {"S": "(hidden)"}}
    edit(tables, TABLE, key, digest(item), json.dumps(changed))
    assert stored(tables)["other"] == "(hidden)"


@pytest.mark.parametrize("text", ["", "[" * 100_000, "null", '"a"'])
def test_what_is_no_item_changes_nothing(tables: FakeTables, text: str) -> None:
    key = key_of(tables.shape(TABLE), ITEM)
    item = tables.item(TABLE, json.loads(key))
    assert item is not None
    with pytest.raises(PkgopsError):
        edit(tables, TABLE, key, digest(item), text)
    assert stored(tables) == ITEM
