"""How is a name shown in a picture, whatever is in it? Names come from templates, which others may have written."""

from __future__ import annotations

import unicodedata

_LONGEST = 60  # characters of a line
_BREAKS = "\u2028\u2029"


def shown(text: str, longest: int = _LONGEST) -> str:
    """One line without characters that are not seen: control and format characters stand as escapes (``\\x1b``), a
    line that is too long ends with an ellipsis."""
    line = visible(text)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def visible(text: str, kept: str = "") -> str:
    """The text with control and format characters as escapes, but for those in ``kept``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(one if one in kept else _visible(one) for one in text)


def _visible(character: str) -> str:
    if unicodedata.category(character)[0] == "C" or character in _BREAKS:
        return character.encode("unicode_escape").decode()
    return character
