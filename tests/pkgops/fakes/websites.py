"""Buckets of web pages in memory."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from pkgops.errors import PkgopsError, not_deployed
from pkgops.ports.websites import WebObject


class FakeWebsites:
    """`pkgops.ports.websites.Websites`. ``buckets`` are by name, ``stored`` what was put, in order; ``invalidated``
    are the paths of each invalidation, with its distribution. ``broken`` are keys that cannot be stored."""

    def __init__(self, *buckets: str, distributions: Sequence[str] = ()) -> None:
        self.buckets: dict[str, dict[str, tuple[bytes, WebObject]]] = {name: {} for name in buckets}
        self.distributions = set(distributions)
        self.stored: list[str] = []
        self.invalidated: list[tuple[str, list[str]]] = []
        self.broken: set[str] = set()

    def keys(self, bucket: str) -> list[str]:
        if bucket not in self.buckets:
            raise not_deployed("Bucket", bucket)
        return sorted(self.buckets[bucket])

    def read(self, bucket: str, key: str) -> WebObject | None:
        found = self.buckets[bucket].get(key)
        return found and found[1]

    def put(self, bucket: str, key: str, body: Path | bytes, served: WebObject) -> None:
        if key in self.broken:
            raise PkgopsError(f"{key} cannot be stored.")
        data = body if isinstance(body, bytes) else body.read_bytes()
        if sha256(data).hexdigest() != served.sha256:
            raise PkgopsError(f"{body!r} changed while it was uploaded.")
        self.buckets[bucket][key] = (data, served)
        self.stored.append(key)

    def remove(self, bucket: str, keys: Sequence[str]) -> None:
        for key in keys:
            self.buckets[bucket].pop(key, None)

    def invalidate(self, distribution: str, paths: Sequence[str]) -> str:
        if distribution not in self.distributions:
            raise not_deployed("Distribution", distribution)
        self.invalidated.append((distribution, list(paths)))
        return f"I{len(self.invalidated)}"

    def add_foreign(self, bucket: str, key: str) -> None:
        """An object that something else has stored."""
        self.buckets[bucket][key] = (b"", WebObject("", "application/octet-stream", ""))
