"""What the tool asks of the artifact bucket (S3)."""

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
    """Content-addressed objects in one bucket: a key's last part is the sha256 of the bytes, and an ending."""

    bucket: str

    def missing(self, keys: Sequence[str]) -> set[str]:
        """Those of ``keys`` that are not there, or are there with other bytes than their name says."""

    def put(self, key: str, path: Path) -> None:
        """Uploads a file; its sha256 is checked by S3. `BucketGoneError` if there is no bucket."""

    def url(self, key: str) -> str:
        """The path-style address CloudFormation reads a template from."""

    def list_objects(self) -> list[StoredObject]:
        """Every object of the bucket; none if there is no bucket."""

    def remove(self, keys: Sequence[str]) -> None:
        """Deletes objects; in a versioned bucket they can be taken back until their lifecycle ends."""

    def empty(self, bucket: str) -> int:
        """Deletes every object and version in ``bucket``; returns how many."""
