"""Buckets and their objects in memory."""

from __future__ import annotations

from pkgops.errors import not_deployed
from pkgops.ports.objects import ObjectPage, OpenObject, StoredObject

TIME = "2026-05-01T09:30:00+00:00"


class FakeObjects:
    """`pkgops.ports.objects.Objects`: ``buckets`` has content and type of every object by bucket and key."""

    def __init__(self, **buckets: dict[str, tuple[bytes, str]]) -> None:
        self.buckets = {name.replace("_", "-"): dict(objects) for name, objects in buckets.items()}

    def page(self, bucket: str, prefix: str, after: str = "", most: int = 100) -> ObjectPage:
        found = self._bucket(bucket)
        below = [key for key in sorted(found) if key.startswith(prefix)]
        names = dict.fromkeys(prefix + key[len(prefix) :].partition("/")[0] for key in below)
        folders = {f"{name}/" for name in names if any(key.startswith(f"{name}/") for key in below)}
        rows = sorted([*folders, *(key for key in below if "/" not in key[len(prefix) :])])
        start = int(after or 0)
        shown, end = rows[start : start + most], start + most
        objects = [StoredObject(key, len(found[key][0]), TIME) for key in shown if key not in folders]
        return ObjectPage(
            tuple(row for row in shown if row in folders), tuple(objects), str(end) if end < len(rows) else ""
        )

    def open(self, bucket: str, key: str) -> OpenObject | None:
        found = self._bucket(bucket).get(key)
        if found is None:
            return None
        return OpenObject(StoredObject(key, len(found[0]), TIME, found[1]), iter([found[0]]))

    def remove(self, bucket: str, key: str) -> None:
        self._bucket(bucket).pop(key, None)

    def _bucket(self, name: str) -> dict[str, tuple[bytes, str]]:
        if name not in self.buckets:
            raise not_deployed("Bucket", name)
        return self.buckets[name]
