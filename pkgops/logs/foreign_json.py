"""JSON that anybody may have written: decoded, or a ValueError, whatever it is; and encoded again."""

from __future__ import annotations

import json
from typing import Any

import msgspec

DEEPEST = 100  # levels; deeper values cannot be written again everywhere without running out of stack


def decode(content: str | bytes) -> Any:
    """The value. ValueError for what is no JSON, and for JSON that nothing here could work with: nested deeper than
    `DEEPEST`, with half a surrogate pair, or with a number out of range."""
    try:
        value = msgspec.json.decode(content)
    except RecursionError:
        raise ValueError(f"nested deeper than {DEEPEST} levels") from None
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None
    except UnicodeError:
        raise ValueError("half a surrogate pair") from None
    if _may_be_deep(content) and _too_deep(value):
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    return value


def encode(value: Any) -> str:
    """The text of a value that `decode` returned; the standard library writes what msgspec refuses: halves of surrogate
    pairs and long integers."""
    try:
        return msgspec.json.encode(value).decode()
    except (ValueError, OverflowError):
        return json.dumps(value, separators=(",", ":"))


def _may_be_deep(content: str | bytes) -> bool:
    """Counting is cheap, and most of what is printed has few brackets."""
    if isinstance(content, bytes):
        return content.count(b"[") + content.count(b"{") > DEEPEST
    return content.count("[") + content.count("{") > DEEPEST


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True
