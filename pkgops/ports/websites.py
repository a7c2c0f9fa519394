"""The port to the buckets of web pages (S3) and the distributions in front of them (CloudFront)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class WebObject:
    """An object as it is served. ``sha256`` is the hex digest of its bytes, "" for one that pkgops did not publish."""

    sha256: str
    content_type: str
    cache_control: str


class Websites(Protocol):
    """Buckets of web pages."""

    def keys(self, bucket: str) -> list[str]:
        """Every object's key. UsageError if there is no such bucket."""

    def read(self, bucket: str, key: str) -> WebObject | None:
        """How an object is served; None if there is none."""

    def put(self, bucket: str, key: str, body: Path | bytes, served: WebObject) -> None:
        """Stores a file or bytes, whatever their size. PkgopsError if a file is not the one ``served`` describes."""

    def remove(self, bucket: str, keys: Sequence[str]) -> None:
        """Deletes objects; those that do not exist are no error."""

    def invalidate(self, distribution: str, paths: Sequence[str]) -> str:
        """Makes a distribution ask the bucket again for ``paths``, at most 3,000, percent-encoded as browsers send
        them; returns the invalidation's id and does not wait for its end. UsageError if there is no such
        distribution."""
