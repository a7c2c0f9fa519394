"""Which path pattern of a behaviour takes a request: ``*`` is any text, ``?`` one character, case matters."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote


def matches(pattern: str, uri: str) -> bool:
    """Whether the pattern takes the path of a request, which may be percent-encoded."""
    return _compiled(pattern).fullmatch(normalized(uri)) is not None


def normalized(uri: str) -> str:
    """The path that is compared: decoded, without ``.`` and ``..``."""
    kept: list[str] = []
    segments = unquote(uri, errors="surrogateescape").split("/")[1:]
    for at, segment in enumerate(segments):
        if segment == "..":
            del kept[-1:]
        if segment not in (".", ".."):
            kept.append(segment)
        elif at == len(segments) - 1:
            kept.append("")
    return "/" + "/".join(kept)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """A slash at its beginning may be left out. What stands between two stars is looked for once, from the left (an
    atomic group), so that no pattern takes long."""
    first, *others = [_literal(part) for part in re.split(r"\*+", _rooted(pattern))]
    if not others:
        return re.compile(first, re.DOTALL)
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(f"{first}{between}.*{others[-1]}", re.DOTALL)


def _rooted(pattern: str) -> str:
    return pattern if pattern.startswith("/") else f"/{pattern}"


def _literal(part: str) -> str:
    return "".join("." if one == "?" else re.escape(one) for one in part)
