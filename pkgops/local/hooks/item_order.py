"""The items of a DynamoDB table or index in the order they are read in, so that a page begins where the last one ended.

By a hash of the partition key, as DynamoDB's own partitions are, so that a segment of a parallel scan is one stretch;
then by the sort key; in an index, where neither has to be unique, then by the table's own key.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

Item = Mapping[str, Any]
Address = tuple[str, str]  # where the emulator keeps an item: the texts of its partition key and its sort key
Position = tuple[bytes, tuple[str, ...], tuple[Any, ...]]

_HASH_BYTES = 8
_CHUNK = 256  # entries looked at without looking where they are by now


class _Last:
    """Behind every value of a key."""

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return True


LAST = _Last()


class Beyond:
    """Behind every text, or every bytes, that begins with ``prefix``, and before what comes after those."""

    def __init__(self, prefix: Any) -> None:
        self._prefix = prefix

    def __lt__(self, other: Any) -> bool:
        return not self > other

    def __gt__(self, other: Any) -> bool:
        return bool(other < self._prefix or other.startswith(self._prefix))


@dataclass(frozen=True, slots=True)
class Layout:
    """Of what an entry is made: the table's key, and the hash and range attributes that are read by.

    ``text`` and ``comparable`` of an attribute's value give what it is kept under, and what it is sorted by."""

    key: tuple[str, ...]
    hashes: tuple[str, ...]
    ranges: tuple[str, ...]
    text: Callable[[Any], str]
    comparable: Callable[[str, Any], Any]

    def position(self, item: Item) -> Position | None:
        """None for an item that lacks one of the attributes: it is not in the index."""
        if any(name not in item for name in (*self.hashes, *self.ranges)):
            return None
        partition = tuple(self.text(item[name]) for name in self.hashes)
        own = () if self.hashes == self.key[:1] and self.ranges == self.key[1:] else self.key
        order = tuple(self.comparable(name, item.get(name)) for name in (*self.ranges, *own))
        return _hash(partition), partition, order


class ItemOrder:
    """Every entry of a table or index. Small lists of a laptop: an insertion moves what is behind it in memory."""

    def __init__(self, layout: Layout, items: Iterable[tuple[Address, Item]]) -> None:
        self.layout = layout
        placed = ((layout.position(item), address) for address, item in items)
        self._entries = sorted((*position, address) for position, address in placed if position)
        self._sizes: dict[Address, int] = {}

    def add(self, address: Address, item: Item) -> None:
        """Takes up an item, unless it is not in the index."""
        position = self.layout.position(item)
        if position:
            insort(self._entries, (*position, address))

    def remove(self, address: Address, item: Item) -> None:
        """Forgets an item that `add` took up."""
        position = self.layout.position(item)
        if position is None:
            return
        at = bisect_left(self._entries, (*position, address))
        if at < len(self._entries) and self._entries[at] == (*position, address):
            del self._entries[at]
            self._sizes.pop(address, None)

    def size(self, address: Address, measure: Callable[[], int]) -> int:
        """Bytes of the item there, measured once: that takes longer than all the rest of reading it."""
        if address not in self._sizes:
            self._sizes[address] = measure()
        return self._sizes[address]

    def segment(self, number: int, total: int, start: Item | None) -> Iterator[Address]:
        """The addresses in one of so many parts, behind the keys of ``start``, which need not exist any more."""
        first = (_part(number, total),)
        end = (_part(number + 1, total),) if number + 1 < total else (LAST,)
        return self._forward(self._behind(start, first), end)

    def partition(
        self, values: tuple[str, ...], low: tuple[Any, ...], high: tuple[Any, ...], start: Item | None, forward: bool
    ) -> Iterator[Address]:
        """The addresses of one partition behind ``start`` as they are read. ``low`` and ``high`` are beginnings of its
        order: what is below the one, and what is not below the other, is left out."""
        first, end = ((_hash(values), values, bound) for bound in (low, high))
        if forward:
            return self._forward(self._behind(start, first), end)
        at = self.layout.position(start) if start else None
        return self._backward(first, min(at, end) if at else end)

    def _behind(self, start: Item | None, first: tuple[Any, ...]) -> tuple[Any, ...]:
        at = self.layout.position(start) if start else None
        return max((*at, LAST), first) if at else first

    def _forward(self, first: tuple[Any, ...], end: tuple[Any, ...]) -> Iterator[Address]:
        while True:
            at = bisect_left(self._entries, first)
            chunk = self._entries[at : min(at + _CHUNK, bisect_left(self._entries, end))]
            yield from (entry[-1] for entry in chunk)
            if len(chunk) < _CHUNK:
                return
            first = (*chunk[-1], LAST)

    def _backward(self, first: tuple[Any, ...], end: tuple[Any, ...]) -> Iterator[Address]:
        while True:
            at = bisect_left(self._entries, end)
            chunk = self._entries[max(at - _CHUNK, bisect_left(self._entries, first)) : at]
            yield from (entry[-1] for entry in reversed(chunk))
            if len(chunk) < _CHUNK:
                return
            end = chunk[0]


def _hash(partition: tuple[str, ...]) -> bytes:
    digest: bytes = blake2b("\0".join(map(str, partition)).encode(), digest_size=_HASH_BYTES).digest()
    return digest


def _part(number: int, total: int) -> bytes:
    return int(number * 256**_HASH_BYTES // total).to_bytes(_HASH_BYTES, "big")
