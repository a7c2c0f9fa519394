"""Where do photos lie, and how does a client reach them without our credentials?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from handlers.common.aws import client
from handlers.kefir.shared.items import Item
from handlers.kefir.shared.moments import epoch_milliseconds
from handlers.kefir.shared.settings import settings

_EXTENSION = re.compile(r"[A-Za-z0-9]{1,5}")
_IMAGE = re.compile(r"image/[A-Za-z0-9.+-]{1,100}")


@dataclass(frozen=True, slots=True)
class Bucket:
    """The bucket of photos and exports; ``seconds`` is how long a link to an object lives."""

    client: Any
    name: str
    seconds: int

    def link(self, key: str, name: str = "") -> str:
        """A URL to get an object by, saved as ``name`` if one is given."""
        more = {"ResponseContentDisposition": f'attachment; filename="{name}"'} if name else {}
        return self._signed("get_object", Key=key, **more)

    def place(self, key: str, content_type: str) -> str:
        """A URL to put an object to; the client must send exactly this Content-Type with it."""
        return self._signed("put_object", Key=key, ContentType=content_type)

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Writes an object."""
        self.client.put_object(Bucket=self.name, Key=key, Body=body, ContentType=content_type)

    def delete(self, key: str) -> None:
        """Removes an object if it is there."""
        self.client.delete_object(Bucket=self.name, Key=key)

    def key_of(self, url: str) -> str:
        """The key a link of this bucket leads to, in whichever form S3's URLs come; "" if it is none."""
        parts = urlsplit(url)
        path = unquote(parts.path).lstrip("/")
        if (parts.hostname or "").startswith(f"{self.name}."):
            return path
        bucket, _, key = path.partition("/")
        return key if bucket == self.name else ""

    def _signed(self, operation: str, **parameters: str) -> str:
        given = {"Bucket": self.name, **parameters}
        url: str = self.client.generate_presigned_url(operation, Params=given, ExpiresIn=self.seconds)
        return url


def bucket() -> Bucket:
    """The bucket of this container."""
    return Bucket(client("s3"), settings().bucket, settings().presign_seconds)


def folder(user_id: str, batch_id: str) -> str:
    """What the keys of a batch's photos begin with."""
    return f"users/{user_id}/batches/{batch_id}/"


def new_key(batch: Item, filename: str, now: datetime) -> str:
    """The key of a photo that is to be taken up, by the moment and the extension of its file's name."""
    extension = filename.rpartition(".")[2] if "." in filename else ""
    if not _EXTENSION.fullmatch(extension):
        extension = "jpg"
    return f"{folder(batch['userId'], batch['batchId'])}{epoch_milliseconds(now)}.{extension}"


def is_image(content_type: str) -> bool:
    """Whether that is what photos come as."""
    return bool(_IMAGE.fullmatch(content_type))


def links(batch: Item, place: Bucket) -> list[str]:
    """A link to each of a batch's photos, in the order they came."""
    return [place.link(key) for key in batch.get("photoKeys") or []]
