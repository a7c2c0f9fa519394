"""Which stretch of a partition does the key condition of a DynamoDB query name?

The emulator has checked it: the partition is given by equality, and what it says of sort keys is one stretch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pkgops.local.hooks.item_order import LAST, Beyond, Item, Layout

Bound = tuple[Any, ...]
_MIRRORED = {"EQ": "EQ", "LT": "GT", "LE": "GE", "GT": "LT", "GE": "LE"}


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The partition, where its order begins and ends, and what an item in between has to fulfil (None: nothing)."""

    partition: tuple[str, ...]
    low: Bound = ()
    high: Bound = (LAST,)
    test: Callable[[Item], bool] | None = None


def key_range(data: dict[str, Any], layout: Layout) -> KeyRange:
    """Of a query that the emulator has accepted."""
    from ministack.services import dynamodb

    values, names = data.get("ExpressionAttributeValues", {}), data.get("ExpressionAttributeNames", {})
    legacy = data.get("KeyConditions")
    if legacy:
        partition = tuple(dynamodb._extract_pk_from_key_conditions(legacy, name) for name in layout.hashes)
        return KeyRange(partition, test=lambda item: _fulfils(legacy, item, layout))
    text = data["KeyConditionExpression"]
    partition = tuple(dynamodb._extract_pk_from_condition(text, values, names, name) for name in layout.hashes)
    clauses = [
        _Clause.of(tokens, values, names) for tokens in dynamodb._key_condition_clauses(dynamodb._tokenize(text))
    ]
    on_range = [clause for clause in clauses if clause is None or clause.name not in layout.hashes]
    if not on_range:
        return KeyRange(partition)
    only = on_range[0]
    if len(on_range) == 1 and only and layout.ranges and only.name == layout.ranges[0]:
        return KeyRange(partition, *only.bounds(layout))
    return KeyRange(
        partition,
        test=lambda item: bool(dynamodb._evaluate_condition(text, item, values, names, slot="KeyConditionExpression")),
    )


@dataclass(frozen=True, slots=True)
class _Clause:
    """``operator`` is EQ, LT, LE, GT, GE, BETWEEN or BEGINS_WITH; ``operands`` are its values as DynamoDB has them."""

    name: str
    operator: str
    operands: tuple[Any, ...]

    @classmethod
    def of(cls, tokens: list[tuple[str, str]], values: dict[str, Any], names: dict[str, str]) -> _Clause | None:
        """None for a clause that is not of the usual form."""
        bare = [token for token in tokens if token[0] not in ("LPAREN", "RPAREN", "COMMA")]
        kinds = [kind for kind, _ in bare]
        operands = tuple(values[text] for kind, text in bare if kind == "VALUE_REF")
        words = [text for kind, text in bare if kind in ("IDENT", "NAME_REF")]
        upper = [word.upper() for word in words]
        if upper[:1] == ["BEGINS_WITH"] and len(words) == 2 and len(operands) == 1:
            return cls(names.get(words[1], words[1]), "BEGINS_WITH", operands)
        if upper[1:] == ["BETWEEN", "AND"] and len(operands) == 2:
            return cls(names.get(words[0], words[0]), "BETWEEN", operands)
        if len(kinds) == 3 and kinds[1] in _MIRRORED and len(words) == 1 and len(operands) == 1:
            operator = kinds[1] if kinds[2] == "VALUE_REF" else _MIRRORED[kinds[1]]
            return cls(names.get(words[0], words[0]), operator, operands)
        return None

    def bounds(self, layout: Layout) -> tuple[Bound, Bound]:
        """Where the stretch begins and ends."""
        first, *_, last = (layout.comparable(self.name, value) for value in (self.operands[0], *self.operands))
        low = {"LT": (), "LE": (), "GT": (first, LAST)}.get(self.operator, (first,))
        if self.operator == "BEGINS_WITH":
            return low, (Beyond(first),)
        return low, {"GT": (LAST,), "GE": (LAST,), "LT": (last,)}.get(self.operator, (last, LAST))


def _fulfils(legacy: dict[str, Any], item: Item, layout: Layout) -> bool:
    from ministack.services import dynamodb

    return bool(dynamodb._evaluate_key_conditions_item(item, legacy, layout.hashes[0]))
