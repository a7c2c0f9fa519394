"""The bucket of photos and exports, whose objects clients reach by presigned links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError

from handlers.common.aws import client
from handlers.kefir.runtime.settings import settings


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket; ``seconds`` is how long a link to an object is valid."""

    client: Any
    name: str
    seconds: int

    def download_url(self, key: str, filename: str = "") -> str:
        """A URL to get an object from, saved as ``filename`` if one is given."""
        more = {"ResponseContentDisposition": f'attachment; filename="{filename}"'} if filename else {}
        return self._presigned("get_object", Key=key, **more)

    def upload_url(self, key: str, content_type: str) -> str:
        """A URL to put an object to; the client must send exactly this Content-Type with it."""
        return self._presigned("put_object", Key=key, ContentType=content_type)

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Writes an object."""
        self.client.put_object(Bucket=self.name, Key=key, Body=body, ContentType=content_type)

    def uploaded(self, key: str) -> int | None:
        """The size of an object in bytes, None if there is none."""
        try:
            return int(self.client.head_object(Bucket=self.name, Key=key)["ContentLength"])
        except ClientError as error:
            # 403 is how S3 says it to a function that may not list the bucket.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (403, 404):
                return None
            raise

    def delete(self, key: str) -> None:
        """Deletes an object if it exists."""
        self.client.delete_object(Bucket=self.name, Key=key)

    def key_of(self, url: str) -> str:
        """The key a URL of this bucket leads to, in any form of S3's URLs; "" for any other URL. ValueError for what
        is no URL."""
        parts = urlsplit(url)
        path = unquote(parts.path).lstrip("/")
        if (parts.hostname or "").startswith(f"{self.name}."):
            return path
        bucket, _, key = path.partition("/")
        return key if bucket == self.name else ""

    def _presigned(self, operation: str, **parameters: str) -> str:
        given = {"Bucket": self.name, **parameters}
        url: str = self.client.generate_presigned_url(operation, Params=given, ExpiresIn=self.seconds)
        return url


def diary_bucket() -> Bucket:
    """The bucket of this container."""
    return Bucket(client("s3"), settings().bucket, settings().presign_seconds)
