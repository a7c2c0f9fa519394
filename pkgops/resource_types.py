"""Which properties cannot change in place: the replacement rules of resource types, from CloudFormation's schemas.

`resource_types.txt` holds them, a type a line: the properties that are set at creation only, and with a question mark
those whose change replaces the resource in some cases; a dash stands for none. cfn-lint brings the schemas; a test
compares the file with them.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_suffix(".txt")
_PERHAPS, _NONE = "?", "-"


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


@cache
def _rules(kind: str) -> tuple[list[list[str]], list[list[str]]] | None:
    """Paths that always replace, and those that may. The line is searched for: no other is looked at."""
    text = _text()
    start = text.find(f"\n{kind} ")
    if start < 0:
        return None
    names = [name for name in text[start + 1 : text.index("\n", start + 1)].split()[1:] if name != _NONE]
    always = [name.split("/") for name in names if not name.startswith(_PERHAPS)]
    perhaps = [name.removeprefix(_PERHAPS).split("/") for name in names if name.startswith(_PERHAPS)]
    return always, perhaps


@cache
def _text() -> str:
    return "\n" + _TABLE.read_text(encoding="utf-8")
