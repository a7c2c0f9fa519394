"""Which properties cannot change in place, and which are never read back, by CloudFormation's schemas of types?

`resource_types.txt` holds them, a type a line: the properties that are set at creation only, with a question mark
those whose change replaces the resource in some cases, and with an exclamation mark those that are write-only; a dash
stands for none. cfn-lint brings the schemas; a test compares the file with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_suffix(".txt")
_PERHAPS, _UNREAD, _NONE = "?", "!", "-"
_ANY = "*"  # a member of a list


class Recreation(StrEnum):
    """Whether the change of a property replaces its resource, in CloudFormation's words."""

    NEVER = "Never"
    CONDITIONALLY = "Conditionally"
    ALWAYS = "Always"


def recreation(kind: str, name: str) -> Recreation | None:
    """What the change of a property (its path without ``Properties/``) does to a resource; None for a type without a
    schema, like that of a custom resource. A property of which only parts are set at creation may replace it."""
    rules = _rules(kind)
    if rules is None:
        return None
    path = name.split("/")
    if any(path[: len(rule)] == rule for rule in rules[0]):
        return Recreation.ALWAYS
    parts = (*rules[0], *rules[1])
    if any(path[: len(rule)] == rule[: len(path)] for rule in parts):
        return Recreation.CONDITIONALLY
    return Recreation.NEVER


def is_write_only(kind: str, name: str) -> bool:
    """Whether AWS never reads a property (its path without ``Properties/``) back, nor anything it is part of."""
    rules = _rules(kind)
    path = name.split("/")
    return rules is not None and any(_begins(path, rule) for rule in rules[2])


def never_read_back(kind: str, value: Any, path: str = "") -> Iterator[str]:
    """The paths of a property's value, or of all ``Properties``, that are write-only."""
    if path and is_write_only(kind, path):
        yield path
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from never_read_back(kind, inner, f"{path}/{key}".lstrip("/"))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from never_read_back(kind, inner, f"{path}/{index}")


def _begins(path: list[str], rule: list[str]) -> bool:
    return len(path) >= len(rule) and all(mine in (part, _ANY) for mine, part in zip(rule, path, strict=False))


@cache
def _rules(kind: str) -> tuple[list[list[str]], list[list[str]], list[list[str]]] | None:
    """Paths that always replace, those that may, and those never read back. The line is searched for: no other is
    looked at."""
    text = _text()
    start = text.find(f"\n{kind} ")
    if start < 0:
        return None
    names = [name for name in text[start + 1 : text.index("\n", start + 1)].split()[1:] if name != _NONE]
    always = [name.split("/") for name in names if not name.startswith((_PERHAPS, _UNREAD))]
    perhaps = [name.removeprefix(_PERHAPS).split("/") for name in names if name.startswith(_PERHAPS)]
    unread = [name.removeprefix(_UNREAD).split("/") for name in names if name.startswith(_UNREAD)]
    return always, perhaps, unread


@cache
def _text() -> str:
    return "\n" + _TABLE.read_text(encoding="utf-8")
