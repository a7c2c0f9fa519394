"""How are variables written to a .env file, so that those who read one agree on the values?

Readers are python-dotenv, Node's --env-file and its dotenv packages, and shells. All take a bare value and a quoted one
without escapes; they differ on escapes, on ``$``, which some expand inside quotes as well, and on line breaks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_BARE = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")
# A backslash before another or before the quote is an escape for some.
_IN_SINGLE_QUOTES = re.compile(r"(?:[^'$\\\x00-\x1f\x7f]|\\(?![\\']|$))*")
_IN_DOUBLE_QUOTES = re.compile(r"[^\"$\\`\x00-\x1f\x7f]*")


def format_dotenv(variables: Mapping[str, str], headings: Mapping[str, str] = {}) -> str:
    """``API_URL=...`` per line; ``headings`` are comments above variables, by their names."""
    lines: list[str] = []
    for name, value in variables.items():
        if heading := headings.get(name):
            lines += [*([""] if lines else []), f"# {heading}"]
        lines.append(f"{name}={_quoted(value)}")
    return "\n".join(lines)


def disputed(variables: Mapping[str, str]) -> list[str]:
    """The names of the variables whose values readers take differently, however they are written."""
    return [name for name, value in variables.items() if _agreed(value) is None]


def _agreed(value: str) -> str | None:
    if _BARE.fullmatch(value):
        return value
    if _IN_SINGLE_QUOTES.fullmatch(value):
        return f"'{value}'"
    if _IN_DOUBLE_QUOTES.fullmatch(value):
        return f'"{value}"'
    return None


def _quoted(value: str) -> str:
    """A disputed value as python-dotenv reads it."""
    agreed = _agreed(value)
    if agreed is not None:
        return agreed
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
