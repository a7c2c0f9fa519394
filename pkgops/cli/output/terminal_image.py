"""Does this terminal show images, and how are they sent to it?

Only the terminal's own environment is believed, and only where standard output is one: behind tmux or screen, or in a
pipe, an image would be noise.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import TextIO

_ITERM, _KITTY = "iTerm2", "kitty"
_CHUNK = 4096  # characters that kitty takes at once


def image_protocol(environ: Mapping[str, str], stream: TextIO) -> str | None:
    """The protocol by which the terminal behind a stream shows images; None if it shows none, or that is not sure."""
    if not stream.isatty() or environ.get("TMUX") or environ.get("TERM", "").startswith(("screen", "tmux", "dumb")):
        return None
    if environ.get("TERM_PROGRAM") in ("iTerm.app", "WezTerm"):
        return _ITERM
    if environ.get("TERM") == "xterm-kitty" or environ.get("TERM_PROGRAM") == "ghostty":
        return _KITTY
    return None


def image_codes(png: bytes, protocol: str) -> str:
    """What a terminal of that protocol is sent to show a PNG image."""
    text = base64.b64encode(png).decode()
    if protocol == _ITERM:
        return f"\x1b]1337;File=inline=1;size={len(png)};preserveAspectRatio=1:{text}\x07\n"
    return "".join(_kitty(text)) + "\n"


def _kitty(text: str) -> Iterator[str]:
    for start in range(0, len(text), _CHUNK):
        control = "a=T,f=100," if start == 0 else ""
        more = int(start + _CHUNK < len(text))
        yield f"\x1b_G{control}m={more};{text[start : start + _CHUNK]}\x1b\\"
