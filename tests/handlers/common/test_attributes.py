"""Values survive the conversion to DynamoDB's wire format and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.common.attributes import plain, plain_item, wire, wire_item

NUMBERS = st.integers(-(10**15), 10**15) | st.floats(-1e12, 1e12, allow_nan=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.text() | NUMBERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_an_item_reads_back_equal(item: dict[str, Any]) -> None:
    assert plain_item(wire_item(item)) == item


@pytest.mark.parametrize(("text", "number"), [("5", 5), ("5.0", 5), ("1E+2", 100), ("-0.5", -0.5)])
def test_whole_numbers_become_int(text: str, number: float) -> None:
    found = plain({"N": text})
    assert found == number
    assert type(found) is type(number)


def test_sets_and_decimals() -> None:
    assert plain({"NS": ["1", "2.5"]}) == [1, 2.5]
    assert plain({"SS": ["a"]}) == ["a"]
    assert wire(Decimal("1.10")) == {"N": "1.10"}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1}])
def test_what_dynamodb_cannot_store_is_an_error(value: Any) -> None:
    with pytest.raises(ValueError, match=r"DynamoDB"):
        wire({"inner": [value]})
