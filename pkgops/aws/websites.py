"""Buckets of web pages on S3, and distributions on CloudFront: the `Websites` port."""

from __future__ import annotations

import base64
import hashlib
import os
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from math import ceil
from pathlib import Path
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.aws.object_deletion import delete_objects
from pkgops.errors import PkgopsError, not_deployed
from pkgops.ports.websites import WebObject

_PAGE = 1000  # S3's own limit for one DeleteObjects call
_DIGEST = "pkgops-sha256"  # the user metadata in which the digest of an object's bytes is kept
_MULTIPART_FROM = 64 * 2**20  # bytes; S3 takes 5 GiB in one call, but a break would lose all of it
_PART = 16 * 2**20
_MOST_PARTS = 10_000  # S3's own limit
_PARALLEL_PARTS = 4


class S3Websites:
    """`pkgops.ports.websites.Websites` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    @property
    def _client(self) -> Any:
        return self._clients.get("s3")

    def keys(self, bucket: str) -> list[str]:
        from botocore.exceptions import ClientError

        with translated("s3:ListBucket"):
            try:
                pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
                return [row["Key"] for page in pages for row in page.get("Contents", [])]
            except ClientError as error:
                if error.response["Error"]["Code"] != "NoSuchBucket":
                    raise
                raise not_deployed("Bucket", bucket) from None

    def read(self, bucket: str, key: str) -> WebObject | None:
        from botocore.exceptions import ClientError

        with translated("s3:GetObject"):
            try:
                found = self._client.head_object(Bucket=bucket, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
                    return None
                raise
        digest = found.get("Metadata", {}).get(_DIGEST, "")
        return WebObject(digest, found.get("ContentType", ""), found.get("CacheControl", ""))

    def put(self, bucket: str, key: str, body: Path | bytes, served: WebObject) -> None:
        target = {"Bucket": bucket, "Key": key}
        headers = {
            "ContentType": served.content_type,
            "CacheControl": served.cache_control,
            "Metadata": {_DIGEST: served.sha256},
        }
        if isinstance(body, Path) and body.stat().st_size >= _MULTIPART_FROM:
            return self._put_parts(target, headers, body, served.sha256)
        data = body if isinstance(body, bytes) else body.read_bytes()
        digest = sha256(data)
        if digest.hexdigest() != served.sha256:
            raise _changed(body)
        checksum = base64.b64encode(digest.digest()).decode()
        with translated("s3:PutObject"):
            self._client.put_object(**target, Body=data, ChecksumSHA256=checksum, **headers)
        return None

    def remove(self, bucket: str, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), _PAGE):
            batch = [{"Key": key} for key in keys[start : start + _PAGE]]
            with translated("s3:DeleteObject"):
                delete_objects(self._clients, bucket, batch)

    def invalidate(self, distribution: str, paths: Sequence[str]) -> str:
        from botocore.exceptions import ClientError

        listed = {"Quantity": len(paths), "Items": list(paths)}
        batch = {"Paths": listed, "CallerReference": uuid.uuid4().hex}
        with translated("cloudfront:CreateInvalidation"):
            try:
                answer = self._clients.get("cloudfront").create_invalidation(
                    DistributionId=distribution, InvalidationBatch=batch
                )
            except ClientError as error:
                if error.response["Error"]["Code"] == "NoSuchDistribution":
                    raise not_deployed("Distribution", distribution) from None
                raise
        return str(answer.get("Invalidation", {}).get("Id", ""))

    def _put_parts(self, target: dict[str, str], headers: dict[str, Any], path: Path, expected: str) -> None:
        """A multipart upload, which is given up as a whole if anything happens on the way."""
        with translated("s3:PutObject"):
            begun = self._client.create_multipart_upload(**target, ChecksumAlgorithm="SHA256", **headers)
            upload = {**target, "UploadId": begun["UploadId"]}
            try:
                parts = self._parts(upload, path)
                if _digest(path) != expected:
                    raise _changed(path)
                self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
            except BaseException:
                with suppress(Exception):  # what went wrong first is what matters
                    self._client.abort_multipart_upload(**upload)
                raise

    def _parts(self, upload: dict[str, str], path: Path) -> list[dict[str, Any]]:
        size = path.stat().st_size
        step = max(_PART, ceil(size / _MOST_PARTS))
        with path.open("rb") as file, ThreadPoolExecutor(_PARALLEL_PARTS) as pool:

            def send(number: int) -> dict[str, Any]:
                data = os.pread(file.fileno(), step, (number - 1) * step)
                checksum = base64.b64encode(sha256(data).digest()).decode()
                sent = self._client.upload_part(**upload, PartNumber=number, Body=data, ChecksumSHA256=checksum)
                return {"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": checksum}

            return list(pool.map(send, range(1, ceil(size / step) + 1)))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _changed(body: Path | bytes) -> PkgopsError:
    name = body if isinstance(body, Path) else "A generated file"
    return PkgopsError(
        f"{name} changed while it was uploaded.", "Repeat the command when nothing writes to it any more."
    )
