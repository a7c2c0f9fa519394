"""The records of the packages stream: which package each asks to score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.common.attributes import plain
from handlers.common.dynamodb import Key
from handlers.common.logs import logger

INVALID_KEY = "invalid_key"

Record = Mapping[str, Any]


def package_to_score(record: Record) -> tuple[Key | None, str]:
    """The package a record asks to score; otherwise None and the reason, `INVALID_KEY` or one to skip it.

    The scorer's own updates arrive as records too. They leave ``collected_at`` unchanged and remove
    ``force_rescore``, so they are skipped."""
    change = record["dynamodb"]
    new, old = change.get("NewImage"), change.get("OldImage") or {}
    if record.get("eventName") == "REMOVE" or not new:
        return None, "not_a_change"
    forced = new.get("force_rescore") == {"BOOL": True}
    collected = _text(new, "collected_at")
    if record.get("eventName") == "MODIFY" and not forced and collected and collected == _text(old, "collected_at"):
        return None, "not_collected_again"
    key, sort_key = _text(new, "pk"), _text(new, "sk")
    if "#" not in key:
        logger.error("A record without a package", extra={"pk": key})
        return None, INVALID_KEY
    if key.startswith("FAILED#") or sort_key not in ("", "LATEST"):
        return None, "not_a_package"
    return ((key, "LATEST"), "") if collected else (None, "not_collected")


def _text(image: Mapping[str, Any], name: str) -> str:
    value = plain(image[name]) if image.get(name) else None
    return value if isinstance(value, str) else ""
