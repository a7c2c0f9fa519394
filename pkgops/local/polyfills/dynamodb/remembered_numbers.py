"""What a number's text says is worked out once: the same numbers come again and again.

The emulator reads every number of an item several times for each write, for its form, its limits and its size.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types

READINGS = ("_ddb_canonicalize_number", "_number_error", "_number_size_bytes")
_MOST = 16_384  # numbers
_LONGEST = 40  # characters of one that is kept: DynamoDB takes 38 digits


def install(_: Types) -> None:
    """Lets the emulator's own functions remember."""
    from ministack.services import dynamodb

    for name in READINGS:
        wrap(dynamodb, name, _once)


def _once(original: Any) -> Any:
    known = lru_cache(_MOST)(original)
    return lambda text: known(text) if type(text) is str and len(text) <= _LONGEST else original(text)
