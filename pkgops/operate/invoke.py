"""What does a function answer?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pkgops.functions import Function
    from pkgops.operate.lines import Line
    from pkgops.ports import Functions


@dataclass(frozen=True, slots=True)
class Answer:
    """A function's answer. ``payload`` is parsed JSON, the text where it is none; ``error`` is "" or one
    sentence; ``log`` is the tail of its log, read as `tail-logs` reads it; ``seconds`` as waited here."""

    function: str
    status: int
    payload: Any
    error: str
    log: tuple[Line, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """The function ended without an error; the command's exit code follows it."""
        return not self.error


def payload(given: str | None, stdin: IO[str] | None = None) -> bytes:
    """The bytes to send: JSON text, ``@file``, ``-`` for stdin, None for ``{}``.

    UsageError if it is not JSON or the file cannot be read."""
    raise NotImplementedError


def invoke(known: Sequence[Function], name: str, body: bytes, port: Functions) -> Answer:
    """Calls the function of that name (see `pkgops.functions.find`) and waits."""
    raise NotImplementedError
