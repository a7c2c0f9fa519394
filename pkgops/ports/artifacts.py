"""The port to the artifact bucket (S3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in a bucket; ``modified`` is epoch seconds, ``size`` bytes."""

    key: str
    size: int
    modified: float


class Artifacts(Protocol):
    """Content-addressed objects in one bucket: a key's last part is the sha256 of the bytes, and a suffix."""

    bucket: str

    def missing(self, keys: Sequence[str]) -> set[str]:
        """The keys without an object, or with one whose bytes do not match the key."""

    def put(self, key: str, path: Path) -> None:
        """Uploads a file; S3 verifies its sha256. `BucketGoneError` if there is no bucket, BuildError if the file's
        bytes do not match the key."""

    def url(self, key: str) -> str:
        """The path-style URL from which CloudFormation reads a template."""

    def list_objects(self) -> list[StoredObject]:
        """All objects in the bucket; none if there is no bucket."""

    def remove(self, keys: Sequence[str]) -> None:
        """Deletes objects; in a versioned bucket they can be restored until the lifecycle rule expires them."""

    def empty(self, bucket: str) -> int:
        """Deletes every object and version in ``bucket``; returns how many."""
