"""What does a function answer?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import msgspec

from pkgops.build.functions import find
from pkgops.errors import UsageError
from pkgops.logs.parser import Line, read
from pkgops.ports.logs import LogEvent

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.ports.functions import Functions

_FORMS = "Give JSON text, @FILE, or - for stdin."


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
    text, source = _text(given, stdin)
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise UsageError(f"{source} is not JSON: {error}.", _FORMS) from None
    return text.encode()


def invoke(known: Sequence[Function], name: str, body: bytes, port: Functions) -> Answer:
    """Calls the function of that name (see `pkgops.build.functions.find`) and waits."""
    function = find(known, name)
    began = time.monotonic()
    answer = port.invoke(function.name, body)
    seconds = time.monotonic() - began
    parsed = _parsed(answer.payload)
    return Answer(
        function=function.name,
        status=answer.status,
        payload=parsed,
        error=_error(function.short, parsed) if answer.error else "",
        log=tuple(read(function.short, _events(function, answer.log))),
        seconds=seconds,
    )


def _text(given: str | None, stdin: IO[str] | None) -> tuple[str, str]:
    """The text and what to call it in an error."""
    if given is None:
        return "{}", "The payload"
    if given == "-":
        if stdin is None:
            raise UsageError("There is no standard input to read.", _FORMS)
        return stdin.read(), "Standard input"
    if not given.startswith("@"):
        return given, "The payload"
    try:
        return Path(given[1:]).read_text(encoding="utf-8"), given[1:]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read {given[1:]}: {error}.", _FORMS) from None


def _parsed(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError:
        return content.decode("utf-8", "replace")


def _error(name: str, parsed: Any) -> str:
    said = parsed if isinstance(parsed, dict) else {}
    kind, message = said.get("errorType", ""), said.get("errorMessage", "")
    detail = ": ".join(str(part) for part in (kind, message) if part)
    return f"{name} failed: {detail}" if detail else f"{name} failed."


def _events(function: Function, log: str) -> Iterator[LogEvent]:
    """The log's tail comes as one text without times."""
    now = int(time.time() * 1000)
    for number, line in enumerate(log.splitlines()):
        yield LogEvent(function.log_group, "", now, str(number), line)
