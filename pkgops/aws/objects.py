"""Objects as somebody looks through them: the `Objects` port on S3."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import UsageError, not_deployed
from pkgops.ports.objects import ObjectPage, OpenObject, StoredObject

_PART = 256 * 1024  # bytes handed on at once


class S3Objects:
    """`pkgops.ports.objects.Objects` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    @property
    def _client(self) -> Any:
        return self._clients.get("s3")

    def page(self, bucket: str, prefix: str, after: str = "", most: int = 100) -> ObjectPage:
        more = {"ContinuationToken": after} if after else {}
        with translated("s3:ListBucket"), _refused(bucket):
            found = self._client.list_objects_v2(Bucket=bucket, Prefix=prefix, Delimiter="/", MaxKeys=most, **more)
        return ObjectPage(
            tuple(row["Prefix"] for row in found.get("CommonPrefixes", [])),
            tuple(
                StoredObject(row["Key"], row["Size"], _time(row["LastModified"])) for row in found.get("Contents", [])
            ),
            found.get("NextContinuationToken", ""),
        )

    def open(self, bucket: str, key: str) -> OpenObject | None:
        from botocore.exceptions import ClientError

        with translated("s3:GetObject"), _refused(bucket):
            try:
                found = self._client.get_object(Bucket=bucket, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
                    return None
                raise
        kind = found.get("ContentType", "")
        about = StoredObject(key, found.get("ContentLength", 0), _time(found.get("LastModified")), kind)
        return OpenObject(about, _parts(found["Body"]))

    def remove(self, bucket: str, key: str) -> None:
        with translated("s3:DeleteObject"), _refused(bucket):
            self._client.delete_object(Bucket=bucket, Key=key)


def _parts(body: Any) -> Iterator[bytes]:
    try:
        while part := body.read(_PART):
            yield part
    finally:
        body.close()


@contextmanager
def _refused(bucket: str) -> Iterator[None]:
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucket":
            raise not_deployed("Bucket", bucket) from None
        if code == "InvalidArgument":
            raise UsageError("That is no place in the bucket.", "Begin with the first page.") from None
        raise


def _time(found: datetime | None) -> str:
    return found.astimezone(UTC).isoformat(timespec="seconds") if found else ""
