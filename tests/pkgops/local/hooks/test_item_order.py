"""Pages of a table or an index, whatever is added and deleted between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgops.local.hooks.item_order import LAST, Beyond, ItemOrder, Layout

TABLE = Layout(("pk", "sk"), ("pk",), ("sk",), str, lambda _, value: value)
INDEX = Layout(("pk", "sk"), ("group",), ("rank",), str, lambda _, value: value)

KEYS = st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 40))
STEPS = st.lists(st.tuples(st.booleans(), KEYS), max_size=30)


def item(key):
    pk, sk = key
    return {"pk": pk, "sk": sk, "group": f"g{sk % 3}", "rank": sk // 5}


def address(key):
    return key[0], str(key[1])


def page(order, start, number=0, total=1, size=7):
    """The keys of one page, and where the next one begins."""
    found = order.segment(number, total, start)
    return [(pk, int(sk)) for pk, sk in (one for one, _ in zip(found, range(size), strict=False))]


@pytest.mark.parametrize("layout", [TABLE, INDEX], ids=["table", "index"])
@given(first=st.sets(KEYS, max_size=60), between=st.lists(STEPS, min_size=1, max_size=4), total=st.integers(1, 4))
def test_pages_have_everything_once_while_items_come_and_go(layout, first, between, total):
    order = ItemOrder(layout, ((address(key), item(key)) for key in first))
    there, always, seen = set(first), set(first), []
    for number in range(total):
        start, rounds = None, iter(between)
        while True:
            keys = page(order, start, number, total)
            seen += keys
            if len(keys) < 7:
                break
            start = item(keys[-1])
            for added, key in next(rounds, []):
                if added and key not in there:
                    order.add(address(key), item(key))
                    there.add(key)
                elif not added and key in there:  # the one that the next page begins behind, too
                    order.remove(address(key), item(key))
                    there.discard(key)
                    always.discard(key)
    assert len(seen) == len(set(seen))
    assert always <= set(seen)


@given(keys=st.sets(KEYS), total=st.integers(1, 9))
def test_segments_are_disjoint_and_hold_whole_partitions(keys, total):
    order = ItemOrder(TABLE, ((address(key), item(key)) for key in keys))
    parts = [[*order.segment(number, total, None)] for number in range(total)]
    assert sorted(one for part in parts for one in part) == sorted(map(address, keys))
    assert len({(pk, at) for at, part in enumerate(parts) for pk, _ in part}) == len({pk for pk, _ in keys})


@given(keys=st.sets(KEYS), low=st.integers(0, 40), high=st.integers(0, 40), start=st.none() | st.integers(0, 40))
def test_a_partition_is_read_in_both_directions_from_anywhere(keys, low, high, start):
    order = ItemOrder(TABLE, ((address(key), item(key)) for key in keys))
    wanted = sorted(sk for pk, sk in keys if pk == "a" and low <= sk <= high)
    at = None if start is None else item(("a", start))
    up = [int(sk) for _, sk in order.partition(("a",), (low,), (high, LAST), at, forward=True)]
    down = [int(sk) for _, sk in order.partition(("a",), (low,), (high, LAST), at, forward=False)]
    assert up == [sk for sk in wanted if start is None or sk > start]
    assert down == [sk for sk in reversed(wanted) if start is None or sk < start]


def test_many_entries_are_read_in_pieces():
    order = ItemOrder(TABLE, ((("a", str(number)), {"pk": "a", "sk": number}) for number in range(1000)))
    whole = [int(sk) for _, sk in order.partition(("a",), (), (LAST,), None, forward=True)]
    back = [int(sk) for _, sk in order.partition(("a",), (), (LAST,), None, forward=False)]
    assert whole == [*range(1000)] == back[::-1]


def test_an_item_without_an_index_key_is_not_in_the_index():
    order = ItemOrder(INDEX, [(("a", "1"), {"pk": "a", "sk": 1, "group": "g"})])
    order.add(("a", "2"), {"pk": "a", "sk": 2, "rank": 1})
    order.remove(("a", "2"), {"pk": "a", "sk": 2, "rank": 1})
    assert [*order.segment(0, 1, None)] == []


@pytest.mark.parametrize("text", ["a", "ab", "ab\U0010ffff", "ab\U0010ffffz", "ac", "b", ""])
def test_beyond_a_prefix_is_behind_what_begins_with_it(text):
    assert (text < Beyond("ab")) == (text < "ab" or text.startswith("ab"))
    assert (Beyond("ab") < text) == (text > "ab" and not text.startswith("ab"))
