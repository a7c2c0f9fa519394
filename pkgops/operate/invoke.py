"""Invocations of a function with a payload."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pkgops.errors import UsageError
from pkgops.logs.foreign_json import decode
from pkgops.logs.line import LogLine
from pkgops.logs.parser import parse
from pkgops.ports.logs import LogEvent
from pkgops.text_file import read_text, utf8

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.ports.functions import Functions

_FORMS = "Give JSON text, @FILE, or - for stdin."


@dataclass(frozen=True, slots=True)
class InvokeResult:
    """A function's response. ``payload`` is parsed JSON, or the text if it is not JSON; ``error`` is "" or one
    sentence; ``log`` is the end of its log, parsed as in `tail-logs`; ``seconds`` as measured by the caller."""

    function: str
    status: int
    payload: Any
    error: str
    log: tuple[LogLine, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """The function returned without an error."""
        return not self.error


def parse_payload(given: str | None, stdin: IO[str] | None = None) -> bytes:
    """The bytes to send: JSON text, ``@file``, ``-`` for stdin, None for ``{}``.

    UsageError if it is not JSON or the file cannot be read."""
    text, source = _text(given, stdin)
    try:
        decode(text)
    except ValueError as error:
        raise UsageError(f"{source} is not JSON: {error}.", _FORMS) from None
    return text.encode()


def invoke(function: Function, body: bytes, port: Functions) -> InvokeResult:
    """Invokes the function and waits for its response."""
    started = time.monotonic()
    response = port.invoke(function.name, body)
    seconds = time.monotonic() - started
    payload = _parsed(response.payload)
    return InvokeResult(
        function=function.name,
        status=response.status,
        payload=payload,
        error=_error(function.short, payload) if response.error else "",
        log=tuple(parse(function.short, _events(function, response.log))),
        seconds=seconds,
    )


def _text(given: str | None, stdin: IO[str] | None) -> tuple[str, str]:
    """The text, and its name in error messages."""
    if given is None:
        return "{}", "The payload"
    if given == "-":
        if stdin is None:
            raise UsageError("There is no standard input to read.", _FORMS)
        return _from(stdin), "Standard input"
    if not given.startswith("@"):
        return given, "The payload"
    try:
        return read_text(Path(given[1:]), given[1:], UsageError), given[1:]
    except (FileNotFoundError, ValueError):
        raise UsageError(f"There is no file {given[1:]}.", _FORMS) from None


def _parsed(content: bytes) -> Any:
    try:
        return decode(content)
    except ValueError:
        return content.decode("utf-8", "replace")


def _from(stdin: IO[str]) -> str:
    try:
        return utf8(stdin.buffer.read(), "Standard input", UsageError) if hasattr(stdin, "buffer") else stdin.read()
    except UnicodeDecodeError:
        raise UsageError("Standard input is not UTF-8.", _FORMS) from None


def _error(name: str, parsed: Any) -> str:
    details = parsed if isinstance(parsed, dict) else {}
    kind, message = details.get("errorType", ""), details.get("errorMessage", "")
    detail = ": ".join(str(part) for part in (kind, message) if part)
    return f"{name} failed: {detail}" if detail else f"{name} failed."


def _events(function: Function, log: str) -> Iterator[LogEvent]:
    """The end of the log as events: it arrives as one text without times."""
    now = int(time.time() * 1000)
    for number, line in enumerate(log.rstrip("\n").split("\n") if log else ()):
        yield LogEvent(function.log_group, "", now, str(number), line)
