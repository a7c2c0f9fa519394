"""JSON objects of any content that DynamoDB can store.

DynamoDB's limits are narrower than JSON's: maps nest 32 levels deep, numbers have 38 digits and are smaller than 1e126,
and an item has at most 400 KB.
"""

from __future__ import annotations

import json
import math
from typing import Any

_LEVELS = 28  # below those of the item and the attribute, with some reserve
_BYTES = 300_000
_LARGEST = 1e125
_SMALLEST = 1e-129
_EXACT = 2**53  # the largest integer a JavaScript client represents exactly


class Document(dict[str, Any]):
    """A JSON object of any content."""


def document(value: Any) -> Document:
    """A JSON object that can be stored. ValueError, with a text for the client, for anything else."""
    if not isinstance(value, dict):
        raise ValueError("Expected object")
    _check_storable(value, _LEVELS)
    if len(json.dumps(value, ensure_ascii=False).encode()) > _BYTES:
        raise ValueError(f"Expected at most {_BYTES} bytes")
    return Document(value)


def plain_numbers(value: Any) -> Any:
    """JSON as a JavaScript client means it: 48.0 is 48, and integers it cannot represent exactly are floats."""
    if isinstance(value, dict):
        return {name: plain_numbers(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [plain_numbers(entry) for entry in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _EXACT else value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT:
        try:
            return float(value)
        except OverflowError:
            return math.inf
    return value


def _check_storable(value: Any, levels: int) -> None:
    if isinstance(value, dict | list):
        if not levels:
            raise ValueError(f"Expected at most {_LEVELS} levels")
        if isinstance(value, dict) and "" in value:
            raise ValueError("Expected names of at least one character")
        for entry in value.values() if isinstance(value, dict) else value:
            _check_storable(entry, levels - 1)
    elif isinstance(value, float) and (abs(value) > _LARGEST or 0 < abs(value) < _SMALLEST):
        raise ValueError("Expected numbers between 1e-129 and 1e125")
