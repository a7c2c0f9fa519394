"""An artifact bucket in memory."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath

from pkgops.errors import BucketGoneError, BuildError
from pkgops.ports.artifacts import StoredObject


class FakeArtifacts:
    """`pkgops.ports.artifacts.Artifacts`; ``objects`` are the bucket's, ``others`` those of other buckets."""

    def __init__(self, bucket: str = "artifacts") -> None:
        self.bucket = bucket
        self.objects: dict[str, bytes] = {}
        self.modified: dict[str, float] = {}
        self.others: dict[str, list[str]] = {}
        self.gone = False  # the bucket itself
        self.served: list[tuple[str, bytes]] = []
        self.asked: list[str] = []  # keys that were looked for

    def missing(self, keys: Sequence[str]) -> set[str]:
        self.asked += keys
        return {key for key in keys if sha256(self.objects.get(key, b"")).hexdigest() != PurePosixPath(key).stem}

    def put(self, key: str, path: Path) -> None:
        if self.gone:
            raise BucketGoneError(f"The bucket {self.bucket} does not exist.", "pkgops deploy creates it again.")
        body = path.read_bytes()
        if sha256(body).hexdigest() != PurePosixPath(key).stem:
            raise BuildError(f"{path} was damaged while it was uploaded.", "Repeat the command: it is built again.")
        self.objects[key] = body

    def url(self, key: str) -> str:
        return f"https://s3.us-east-1.amazonaws.com/{self.bucket}/{key}"

    def list_objects(self) -> list[StoredObject]:
        return [StoredObject(key, len(body), self.modified.get(key, 0.0)) for key, body in self.objects.items()]

    def remove(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.objects.pop(key, None)

    def empty(self, bucket: str) -> int:
        if bucket == self.bucket:
            count = len(self.objects)
            self.objects.clear()
            return count
        return len(self.others.pop(bucket, []))
