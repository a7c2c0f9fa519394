"""How large is an npm package in a browser?"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from handlers.pkgwatch.collect.upstream.client import Count, Web

_CATEGORIES = ((5, "tiny"), (20, "small"), (100, "medium"), (500, "large"))  # below so many KB, compressed


class _Size(msgspec.Struct, rename="camel"):
    size: Count
    gzip: Count
    dependency_count: Count = 0


def collect(web: Web, base: str, name: str) -> dict[str, Any]:
    """Sizes in bytes and their category. Raises `Absent` and `Failed`."""
    found = web.get(f"{base}/api/size?package={quote(name, safe='')}", _Size)
    return {
        "bundle_size": found.size,
        "bundle_size_gzip": found.gzip,
        "bundle_size_category": category(found.gzip),
        "bundle_dependency_count": found.dependency_count,
    }


def category(compressed: int) -> str:
    """What so many bytes are called."""
    return next((name for below, name in _CATEGORIES if compressed / 1024 < below), "huge")
