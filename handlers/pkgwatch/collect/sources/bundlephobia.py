"""Source Bundlephobia: the size of an npm package in a browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from handlers.pkgwatch.collect.upstream.client import Count, UpstreamClient

_CATEGORIES = ((5, "tiny"), (20, "small"), (100, "medium"), (500, "large"))  # below so many KB, compressed


class _Size(msgspec.Struct, rename="camel"):
    size: Count
    gzip: Count
    dependency_count: Count = 0


def collect(client: UpstreamClient, base: str, name: str) -> dict[str, Any]:
    """Sizes in bytes and their category. Raises `UpstreamError`."""
    found = client.get(f"{base}/api/size?package={quote(name, safe='')}", _Size)
    return {
        "bundle_size": found.size,
        "bundle_size_gzip": found.gzip,
        "bundle_size_category": category(found.gzip),
        "bundle_dependency_count": found.dependency_count,
    }


def category(compressed: int) -> str:
    """The category of a size in bytes: tiny, small, medium, large or huge."""
    return next((name for limit, name in _CATEGORIES if compressed / 1024 < limit), "huge")
