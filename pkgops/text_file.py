"""The text of a file that people write: UTF-8, or an error that names the file and the remedy."""

from __future__ import annotations

import codecs
from pathlib import Path

from pkgops.errors import ConfigError, PkgopsError

_REMEDY = "Save it as UTF-8 without a byte order mark."


def read_text(path: Path, shown: str = "", error: type[PkgopsError] = ConfigError) -> str:
    """The file's text. An error of that class, in which the file is called ``shown``, if it cannot be read or is in
    another encoding; FileNotFoundError if there is none."""
    try:
        return utf8(path.read_bytes(), shown or str(path), error)
    except FileNotFoundError:
        raise
    except OSError as reason:
        raise error(f"{shown or path} cannot be read: {reason.strerror}.", "Check its permissions.") from None


def require_utf8_source(error: SyntaxError, content: bytes, shown: str, kind: type[PkgopsError]) -> None:
    """An error of class ``kind`` if that is why Python could not read the source ``content``."""
    if "codec can't decode" in (error.msg or ""):
        utf8(content, shown, kind)


def utf8(content: bytes, shown: str, error: type[PkgopsError] = ConfigError) -> str:
    """What ``shown`` holds, as text."""
    if content.startswith(codecs.BOM_UTF8):
        raise error(f"{shown} begins with a byte order mark.", _REMEDY)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as reason:
        line = content.count(b"\n", 0, reason.start) + 1
        raise error(f"{shown} is not UTF-8: line {line} has a byte of another encoding.", _REMEDY) from None
