"""What may text do to a terminal? Everything the program prints passes through here.

Logs, mail, reasons, names: most of what is printed was written by others. Control and format characters in it are shown
as escapes (``\\x1b``, ``\\u202e``) instead of being sent to the terminal; only line feeds and tabs pass. Colors of the
program's own come from `style`, whose marks hold a key made for this process, so that no text from outside can contain
them. `guarded` puts this around standard output and standard error for whatever else writes there: click's messages,
tracebacks, warnings of libraries.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from pkgops.cli.output.mode import OutputMode
from pkgops.errors import OutputError

# C0 without tab and line feed, DEL, C1; Unicode's format characters (Cf: bidirectional controls, zero-width characters,
# tags), what fonts draw as nothing (Default_Ignorable_Code_Point) except the variation selectors of emoji, separators
# that some terminals take for a new line, and halves of surrogate pairs. Unicode 16.
UNSAFE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_KEY = os.urandom(8).hex()
_BETWEEN_WORDS = re.compile(" +")
_UNSAFE = re.compile(f"[{UNSAFE}]")
_MARK_OR_UNSAFE = re.compile(rf"\x1b{_KEY}\[([0-9;]+)m|(\r)(?=\n)|[{UNSAFE}]")
_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_CODES = {name: str(30 + index) for index, name in enumerate(_NAMES)}
_CODES |= {f"bright_{name}": str(90 + index) for index, name in enumerate(_NAMES)}


def style(text: str, fg: str = "", *, bold: bool = False) -> str:
    """The text with marks that `rendered` turns into colors; ``fg`` is one of ANSI's sixteen (red, bright_black)."""
    marks = (f"\x1b{_KEY}[{_CODES[fg]}m" if fg else "") + (f"\x1b{_KEY}[1m" if bold else "")
    return f"{marks}{text}\x1b{_KEY}[0m" if marks else text


def rendered(text: str, *, color: bool) -> str:
    """What a terminal gets: marks as colors, or without them, and unsafe characters as escapes."""
    if _harmless(text):
        return text

    def shown(found: re.Match[str]) -> str:
        if found[1] is not None:
            return f"\x1b[{found[1]}m" if color else ""
        return "" if found[2] else _escape(found[0])

    return _MARK_OR_UNSAFE.sub(shown, text)


def plain(text: str) -> str:
    """As it is shown without colors: what columns are measured by."""
    return rendered(text, color=False)


def one_line(text: object) -> str:
    """A value in one line, for names and other values of a list: text from outside must not begin a line of its own."""
    return str(text).replace("\r\n", "\n").replace("\n", r"\n").replace("\t", " ")


def indented(text: str, by: int = 2) -> str:
    """Text that may have several lines, of which those after the first are indented: none of them can pass for a line
    of the program."""
    return text.rstrip("\n").replace("\n", "\n" + " " * by)


def fitted(text: str, width: int | None) -> str:
    """Text whose lines end between words if they are longer than ``width``; what follows is indented like its line and
    a little more. A longer word stays whole. None, for what is no terminal, changes nothing."""
    if width is None:
        return text
    return "\n".join(part for line in text.split("\n") for part in _parts(line, width))


def _parts(line: str, width: int) -> Iterator[str]:
    indent = " " * (len(line) - len(line.lstrip(" ")) + 4)
    while len(plain(line)) > width:
        places = [found for found in _BETWEEN_WORDS.finditer(line) if line[: found.start()].strip()]
        if not places:
            break
        fitting = [found for found in places if len(plain(line[: found.start()])) <= width]
        place = (fitting or places[:1])[-1]
        yield line[: place.start()]
        line = indent + line[place.end() :]
    yield line


def json_escaped(text: str) -> str:
    """JSON text whose strings hold no unsafe character: JSON has an escape of its own for each."""
    return text if _harmless(text) else _UNSAFE.sub(_json_escape, text)


def write_line(stream: TextIO, text: str, *, color: bool, flush: bool = True) -> None:
    """Writes a line, at once if ``flush``."""
    bare = unguarded(stream)
    _write(bare, rendered(text, color=color) + "\n")
    if flush:
        _flush(bare)


class Guarded:
    """A text stream that renders what is written to it; everything else is the stream's own."""

    def __init__(self, stream: TextIO, mode: OutputMode) -> None:
        self.unguarded = stream
        self._mode = mode

    def write(self, text: str) -> int:
        """Writes the text as a terminal may get it."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        _write(self.unguarded, rendered(text, color=self._mode.colored(self.unguarded)))
        return len(text)

    def flush(self) -> None:
        """Writes what is buffered. OutputError if there is no room for it."""
        _flush(self.unguarded)

    def writelines(self, lines: Any) -> None:
        """Writes each text."""
        for line in lines:
            self.write(line)

    @property
    def buffer(self) -> GuardedBytes:
        """For bytes, which click's completion writes."""
        return GuardedBytes(self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unguarded, name)


class GuardedBytes:
    """The binary side of a guarded stream."""

    def __init__(self, stream: Guarded) -> None:
        self._stream = stream

    def write(self, content: bytes) -> int:
        """Writes UTF-8 as a terminal may get it."""
        self._stream.write(bytes(content).decode(errors="backslashreplace"))
        return len(content)

    def flush(self) -> None:
        """Flushes the stream."""
        self._stream.flush()


def guard(mode: OutputMode) -> Callable[[], None]:
    """Guards standard output and standard error, and returns what takes that back; does nothing a second time."""
    if isinstance(sys.stdout, Guarded):
        return lambda: None
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (Guarded(stream, mode) for stream in before)

    def undo() -> None:
        sys.stdout, sys.stderr = before

    return undo


@contextmanager
def guarded(mode: OutputMode) -> Iterator[None]:
    """Standard output and standard error are guarded meanwhile."""
    undo = guard(mode)
    try:
        yield
    finally:
        undo()


def unguarded(stream: TextIO) -> TextIO:
    """The stream itself, for what has been rendered already."""
    bare: TextIO = getattr(stream, "unguarded", stream)
    return bare


def _harmless(text: str) -> bool:
    """True for ASCII without anything to escape: the usual case, in a tenth of the time or less."""
    return text.isascii() and (text.isprintable() or text.replace("\n", "").isprintable())


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:  # a terminal without Unicode
        encoding = stream.encoding or "ascii"
        _write(stream, text.encode(encoding, "backslashreplace").decode(encoding))
    except OSError as error:
        raise _output_error(error) from error


def _flush(stream: TextIO) -> None:
    try:
        stream.flush()
    except OSError as error:
        raise _output_error(error) from error


def _output_error(error: OSError) -> Exception:
    """A pipe whose reader has gone is no error: `pkgops.cli.main` ends quietly."""
    if isinstance(error, BrokenPipeError):
        return error
    return OutputError(f"The output cannot be written: {error.strerror or error}.", "Write it somewhere else.")


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
