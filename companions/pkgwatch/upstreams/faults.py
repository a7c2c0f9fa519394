"""In which ways can an upstream misbehave, and which request does it hit?"""

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
    usual answer if there is neither another status nor a document), ``garbage`` is text that is no JSON, ``truncated``
    ends before it said it would, ``closed`` is no answer at all, ``endless`` is JSON that goes on and on, and ``drip``
    does so a byte at a time. It hits ``times`` requests, all of them if None.
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
    def usual(self) -> bool:
        """Late perhaps, but what would have been answered anyway."""
        return self.kind == "answer" and self.status == 200 and self.document is None

    def hits(self, target: str) -> bool:
        """Whether a request for path and query is meant."""
        return (self.times is None or self.times > 0) and self._pattern.fullmatch(target) is not None


class Faults:
    """The faults switched on at the moment, the newest before the others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Switches one on."""
        with self._lock:
            self._all.insert(0, fault)

    def clear(self) -> None:
        """Switches all off."""
        with self._lock:
            self._all.clear()

    def hit(self, target: str) -> Fault | None:
        """The fault that hits this request, which is then one of its ``times``."""
        with self._lock:
            fault = next((one for one in self._all if one.hits(target)), None)
            if fault and fault.times is not None:
                fault.times -= 1
            return fault
