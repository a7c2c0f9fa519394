"""How does a log event read?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a function said; several events where a traceback was split into lines.

    ``time`` is epoch ms, ``name`` the function's short name, ``level`` DEBUG, INFO, WARNING, ERROR, CRITICAL,
    REPORT (the invocation's duration and memory) or "". ``text`` is for reading and may have several lines,
    ``fields`` are the extra keys of a JSON line, ``raw`` is verbatim what the function wrote."""

    time: int
    name: str
    level: str
    text: str
    raw: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    request_id: str = ""
