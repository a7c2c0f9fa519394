"""An object whose bytes on disk are not those that were put is gone, instead of being served: a body that cannot be
read would come back empty, with status 200.

If a saved state still has them, they are put back.
"""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path
from typing import Any

from pkgops.local.home import Home
from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types
from pkgops.local.saved_states import SavedStates
from pkgops.own_files import replace_file

_MD5 = re.compile(r'"?([0-9a-f]{32})"?')  # the ETag of an object that was put in one piece


def install(_: Types) -> None:
    """Looks at an object before it is read; at its bytes if they, or a checksum of them, are asked for."""
    from ministack.services import s3

    require(s3, "_buckets", "_object_disk_path", "_delete_persisted_object", "DATA_DIR")
    wrap(s3, "_get_object", lambda original: _looking(original, lambda *_: True))
    wrap(s3, "_head_object", lambda original: _looking(original, _asks_for_checksum))
    wrap(s3, "_get_object_data", lambda original: _looking(original, lambda *_: True))


def _looking(original: Any, thoroughly: Any) -> Any:
    def read(bucket_name: str, key: str, *more: Any, **named: Any) -> Any:
        _require_sound(bucket_name, key, thorough=thoroughly(*more, *named.values()))
        return original(bucket_name, key, *more, **named)

    return read


def _asks_for_checksum(headers: Any = None, *_: Any) -> bool:
    return isinstance(headers, dict) and str(headers.get("x-amz-checksum-mode")).upper() == "ENABLED"


def _require_sound(bucket_name: str, key: str, *, thorough: bool) -> None:
    from ministack.services import s3

    bucket = s3._buckets.get(bucket_name)
    record = bucket["objects"].get(key) if bucket else None
    if not record or record.get("body") is not None:
        return
    place = s3._object_disk_path(bucket_name, key)
    if place is None or _sound(Path(place), record, thorough=thorough):
        return
    home = Home(Path(s3.DATA_DIR).parent)
    inner = Path(place).relative_to(s3.DATA_DIR)
    if any(_sound(saved, record) and _put_back(saved, Path(place)) for saved in SavedStates(home).objects(inner)):
        return
    logging.getLogger("pkgops").error("The bytes of s3://%s/%s are damaged: it is removed", bucket_name, key)
    del bucket["objects"][key]
    s3._delete_persisted_object(bucket_name, key)


def _sound(path: Path, record: dict[str, Any], *, thorough: bool = True) -> bool:
    try:
        if not path.is_file() or path.stat().st_size != record["size"]:
            return False
        etag = _MD5.fullmatch(str(record.get("etag"))) if thorough else None
        if etag is None:
            return True
        with path.open("rb") as file:
            return hashlib.file_digest(file, "md5").hexdigest() == etag.group(1)
    except OSError:
        return False


def _put_back(saved: Path, place: Path) -> bool:
    try:
        replace_file(place, saved.read_bytes())
    except OSError:
        return False
    return True
