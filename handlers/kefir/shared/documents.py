"""Which JSON can be kept as it is?

DynamoDB holds less than JSON can say: maps nest 32 levels deep, numbers have 38 digits and end at 1e126, and an item
ends at 400 KB.
"""

from __future__ import annotations

import json
import math
from typing import Any

_LEVELS = 28  # below an item's own and an attribute's, with room
_BYTES = 300_000
_LARGEST = 1e125
_SMALLEST = 1e-129
_EXACT = 2**53  # up to here a client's number and ours are the same


class Document(dict[str, Any]):
    """A JSON object of whatever content."""


def document(value: Any) -> Document:
    """A JSON object that can be kept. ValueError, with a text for the client, if it is none."""
    if not isinstance(value, dict):
        raise ValueError("Expected object")
    _keepable(value, _LEVELS)
    if len(json.dumps(value, ensure_ascii=False).encode()) > _BYTES:
        raise ValueError(f"Expected at most {_BYTES} bytes")
    return Document(value)


def plain_numbers(value: Any) -> Any:
    """JSON as a JavaScript client means it: 48.0 is 48, and integers beyond what it can tell apart are floats."""
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


def _keepable(value: Any, levels: int) -> None:
    if isinstance(value, dict | list):
        if not levels:
            raise ValueError(f"Expected at most {_LEVELS} levels")
        if isinstance(value, dict) and "" in value:
            raise ValueError("Expected names of at least one character")
        for entry in value.values() if isinstance(value, dict) else value:
            _keepable(entry, levels - 1)
    elif isinstance(value, float) and (abs(value) > _LARGEST or 0 < abs(value) < _SMALLEST):
        raise ValueError("Expected numbers between 1e-129 and 1e125")
