"""The port to the objects of buckets (S3), as somebody looks through them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object. ``size`` is bytes, ``changed`` ISO-8601 UTC; ``content_type`` is what its writer has said it is, ""
    where only a list was read."""

    key: str
    size: int
    changed: str
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class ObjectPage:
    """Some of the objects below a prefix, and the prefixes, which end with a slash, below which there are more;
    ``after`` is where the next page begins, "" at the end."""

    folders: tuple[str, ...]
    objects: tuple[StoredObject, ...]
    after: str = ""


@dataclass(frozen=True, slots=True)
class OpenObject:
    """An object that is read: ``parts`` are its bytes, and closing them ends the reading."""

    about: StoredObject
    parts: Iterator[bytes] = field(repr=False)


class Objects(Protocol):
    """Objects of S3."""

    def page(self, bucket: str, prefix: str, after: str = "", most: int = 100) -> ObjectPage:
        """A page of at most ``most`` objects and prefixes. UsageError if there is no such bucket, here and in the other
        methods, and for an ``after`` that is none."""

    def open(self, bucket: str, key: str) -> OpenObject | None:
        """An object; None if there is none of that key."""

    def remove(self, bucket: str, key: str) -> None:
        """Deletes an object; where the bucket keeps versions, its versions stay."""
