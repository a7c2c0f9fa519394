"""The artifact bucket on S3: the `Artifacts` port."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.aws.object_deletion import delete_objects
from pkgops.errors import BucketGoneError, BuildError
from pkgops.ports.artifacts import StoredObject

_PARALLEL = 8
_OTHER_BYTES = {"BadDigest", "XAmzContentSHA256Mismatch"}
_PAGE = 1000  # S3's own limit for one DeleteObjects call


class S3Artifacts:
    """`pkgops.ports.artifacts.Artifacts` in the bucket the bootstrap stack makes."""

    def __init__(self, clients: Clients, bucket: str) -> None:
        self._clients = clients
        self.bucket = bucket

    @property
    def _client(self) -> Any:
        return self._clients.get("s3")

    def missing(self, keys: Sequence[str]) -> set[str]:
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return set()
        self._client  # noqa: B018 - made once, before the threads want it
        with ThreadPoolExecutor(_PARALLEL) as pool:
            there = pool.map(self._exists, wanted)
            return {key for key, found in zip(wanted, there, strict=True) if not found}

    def put(self, key: str, path: Path) -> None:
        from botocore.exceptions import ClientError

        damaged = BuildError(f"{path} was damaged while it was uploaded.", "Repeat the command: it is built again.")
        with path.open("rb") as file, translated("s3:PutObject"):  # streamed: eight at once may be large ones
            checksum = hashlib.file_digest(file, "sha256")
            if checksum.hexdigest() != PurePosixPath(key).stem:
                raise damaged
            file.seek(0)
            digest = base64.b64encode(checksum.digest()).decode()
            try:
                self._client.put_object(Bucket=self.bucket, Key=key, Body=file, ChecksumSHA256=digest)
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in _OTHER_BYTES:  # written to after the checksum was taken
                    raise damaged from error
                if code != "NoSuchBucket":
                    raise
                raise BucketGoneError(
                    f"The bucket {self.bucket} does not exist.", "pkgops deploy creates it again."
                ) from error

    def url(self, key: str) -> str:
        base = self._clients.endpoint or f"https://s3.{self._clients.stage.region}.amazonaws.com"
        return f"{base}/{self.bucket}/{key}"

    def list_objects(self) -> list[StoredObject]:
        from botocore.exceptions import ClientError

        found: list[StoredObject] = []
        with translated("s3:ListBucket"):
            try:
                for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
                    for row in page.get("Contents", []):
                        found.append(StoredObject(row["Key"], row["Size"], row["LastModified"].timestamp()))
            except ClientError as error:
                if error.response["Error"]["Code"] != "NoSuchBucket":
                    raise
        return found

    def remove(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), _PAGE):
            batch = [{"Key": key} for key in keys[start : start + _PAGE]]
            with translated("s3:DeleteObject"):
                delete_objects(self._clients, self.bucket, batch)

    def empty(self, bucket: str) -> int:
        from botocore.exceptions import ClientError

        deleted = 0
        with translated("s3:DeleteObjectVersion"):
            try:
                while batch := self._versions(bucket):
                    delete_objects(self._clients, bucket, batch)
                    deleted += len(batch)
            except ClientError as error:
                if error.response["Error"]["Code"] != "NoSuchBucket":
                    raise
        return deleted

    def _exists(self, key: str) -> bool:
        """True if there is an object whose checksum, kept by S3 since the upload, matches its key."""
        from botocore.exceptions import ClientError

        with translated("s3:GetObject"):
            try:
                found = self._client.head_object(Bucket=self.bucket, Key=key, ChecksumMode="ENABLED")
            except ClientError as error:
                if _absent(error):
                    return False
                if error.response["Error"]["Code"] == "400":
                    self._raise_reason(key)
                raise
        return base64.b64decode(found.get("ChecksumSHA256", "")).hex() == PurePosixPath(key).stem

    def _raise_reason(self, key: str) -> None:
        """Raises the reason for a refused HEAD, which has no body: expired credentials answer 400 like other errors."""
        from botocore.exceptions import ClientError

        try:
            self._client.get_object(Bucket=self.bucket, Key=key, Range="bytes=0-0")["Body"].close()
        except ClientError as error:
            if not _absent(error):
                raise

    def _versions(self, bucket: str) -> list[dict[str, str]]:
        page = self._client.list_object_versions(Bucket=bucket, MaxKeys=_PAGE)
        rows = page.get("Versions", []) + page.get("DeleteMarkers", [])
        return [{"Key": row["Key"], "VersionId": row["VersionId"]} for row in rows]


def _absent(error: Any) -> bool:
    return error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound", "NoSuchBucket"}
