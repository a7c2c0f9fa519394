"""The contract of the `Tables` port where one item is read and changed, for the fake and for the emulator."""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.errors import UsageError
from tests.pkgops.ports.test_table_pages import KEYS, Service, put
from tests.pkgops.ports.test_table_pages import service as service  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.emulator

KEY = {"pk": {"S": "x"}, "sk": {"S": "1"}}
WHOLE = {
    **KEY,
    "count": {"N": "7"},
    "tags": {"SS": ["a", "b"]},
    "raw": {"B": "AAE="},
    "nested": {"M": {"list": {"L": [{"BOOL": True}, {"NULL": True}]}}},
}


def test_an_item_keeps_everything_it_has(service: Service) -> None:
    assert service.port.item(service.table, KEY) is None
    assert service.port.change(service.table, None, WHOLE)
    assert service.port.item(service.table, KEY) == WHOLE
    assert not service.port.change(service.table, None, WHOLE)


def test_an_item_is_changed_only_if_it_is_what_was_read(service: Service) -> None:
    assert service.port.change(service.table, None, WHOLE)
    read = dict(WHOLE)
    changed = {**{name: value for name, value in WHOLE.items() if name != "raw"}, "count": {"N": "8"}}
    assert service.port.change(service.table, read, {**changed, "new": {"S": "n"}})
    assert service.port.item(service.table, KEY) == {**changed, "new": {"S": "n"}}
    assert not service.port.change(service.table, read, {**read, "count": {"N": "9"}})
    assert not service.port.change(service.table, read, None)
    assert service.port.item(service.table, KEY) == {**changed, "new": {"S": "n"}}


def test_an_attribute_that_came_meanwhile_stays(service: Service) -> None:
    put(service, {"pk": "x", "sk": "1", "count": 7, "other": "o"})
    read = {**KEY, "count": {"N": "7"}}
    assert service.port.change(service.table, read, {**KEY, "count": {"N": "8"}})
    assert service.port.item(service.table, KEY) == {**KEY, "count": {"N": "8"}, "other": {"S": "o"}}
    assert not service.port.change(service.table, {**KEY, "count": {"N": "8"}}, {**KEY, "other": {"S": "mine"}})


def test_an_item_is_deleted(service: Service) -> None:
    put(service, {"pk": "x", "sk": "1", "count": 7})
    assert not service.port.change(service.table, {**KEY, "count": {"N": "8"}}, None)
    assert service.port.change(service.table, {**KEY, "count": {"N": "7"}}, None)
    assert service.port.item(service.table, KEY) is None
    assert not service.port.change(service.table, {**KEY, "count": {"N": "7"}}, {**KEY, "count": {"N": "8"}})


@pytest.mark.parametrize(
    "after",
    [
        {"pk": {"S": "x"}, "sk": {"S": "2"}},
        {"pk": {"S": "x"}},
        {**KEY, "count": 7},
        {**KEY, "count": {"N": "seven"}},
        {**KEY, "raw": {"B": "?"}},
        {**KEY, "x": {"Q": "1"}},
        {**KEY, "x": {"L": {"S": "1"}}},
        {**KEY, "x": {"S": 1}},
    ],
)
def test_what_is_no_change_of_it_is_refused(service: Service, after: dict[str, Any]) -> None:
    put(service, {name: value["S"] for name, value in KEY.items()})
    with pytest.raises(UsageError):
        service.port.change(service.table, KEY, after)
    assert set(KEYS) == set(service.port.item(service.table, KEY) or {})
