"""Queue messages as functions receive them: their bodies, and the answer that has some of them sent again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any


def json_object(body: object) -> dict[str, Any] | None:
    """The JSON object in the body of a message; None if it is anything else."""
    try:
        content = json.loads(body if isinstance(body, str) else "")
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def item_failures(identifiers: Iterable[str]) -> list[dict[str, str]]:
    """The ``batchItemFailures`` of an answer: Lambda sends the records with these identifiers again."""
    return [{"itemIdentifier": identifier} for identifier in identifiers]
