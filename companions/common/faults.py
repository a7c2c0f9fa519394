"""Faults that are injected into the answers of a stand-in."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = ("answer", "garbage", "truncated", "closed", "endless", "drip")


@dataclass
class Fault:
    """What happens to requests whose path and query match ``path`` entirely.

    First they wait for ``seconds``. Then, by ``kind``: ``answer`` is ``document`` with ``status`` and ``headers`` (the
    regular answer if there is neither another status nor a document), ``garbage`` is text that is no JSON,
    ``truncated`` ends before its Content-Length, ``closed`` is no answer at all, ``endless`` is JSON without an end,
    and ``drip`` the same a byte at a time. It affects ``times`` requests, all of them if None.
    """

    path: str
    kind: str = "answer"
    status: int = 200
    seconds: float = 0.0
    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    times: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")
        self._pattern = re.compile(self.path)

    @property
    def regular(self) -> bool:
        """The answer is the regular one, late or not."""
        return self.kind == "answer" and self.status == 200 and self.document is None

    def matches(self, target: str) -> bool:
        """Whether it affects a request for this path and query."""
        return (self.times is None or self.times > 0) and self._pattern.fullmatch(target) is not None


class Faults:
    """The faults that are switched on, the newest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Switches one on."""
        with self._lock:
            self._active.insert(0, fault)

    def clear(self) -> None:
        """Switches all off."""
        with self._lock:
            self._active.clear()

    def take(self, target: str) -> Fault | None:
        """The fault that affects this request, which counts as one of its ``times``."""
        with self._lock:
            fault = next((one for one in self._active if one.matches(target)), None)
            if fault and fault.times is not None:
                fault.times -= 1
            return fault
