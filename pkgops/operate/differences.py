"""Where do two definitions differ? Lists are compared by what identifies their members, not by position.

What identifies a member: a name or id that every member has and no two share (the name of an index, the key of a tag,
the Sid of a statement); for statements without a Sid what they apply to; else the member itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from typing import Any

MISSING = object()

# What names a member, the more telling first.
_NAMES = (
    "IndexName",
    "AttributeName",
    "Sid",
    "Id",
    "Key",
    "Name",
    "PolicyName",
    "ParameterName",
    "RuleName",
    "RouteKey",
    "StatusCode",
    "TopicArn",
    "Ref",
)
_STATEMENT = ("Effect", "Principal", "Resource", "NotResource", "Condition")
_WHOLE = {"Ref", "Fn::GetAtt", "Fn::ImportValue"}  # functions whose arguments say nothing on their own

Identity = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value: ``path`` ("Properties/Timeout"), JSON text before and after; None where there is none. ``member`` is
    what identifies a whole member of the list at ``path``, ``reordered`` says that only the order differs."""

    path: str
    before: str | None
    after: str | None
    member: str = ""
    reordered: bool = False


def compare(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """The differences of two JSON values: leaves, and whole members of lists. JSON inside of texts is compared, too."""
    if before == after:
        return
    before, after = _as_lists(before, after)
    if isinstance(before, Mapping) and isinstance(after, Mapping) and not _is_whole(before, after):
        for key in sorted({*before, *after}):
            yield from compare(before.get(key, MISSING), after.get(key, MISSING), f"{path}/{key}".lstrip("/"))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, path)
    elif (inner := _documents(before, after)) is not None:
        yield from compare(*inner, path)
    else:
        yield Difference(path, _json(before), _json(after))


def _as_lists(before: Any, after: Any) -> tuple[Any, Any]:
    """A list of structures that comes or goes as a whole is compared with an empty one."""
    for one, other in ((before, after), (after, before)):
        if one is MISSING and isinstance(other, list) and other and all(isinstance(row, Mapping) for row in other):
            return ([], after) if before is MISSING else (before, [])
    return before, after


def _lists(before: list[Any], after: list[Any], path: str) -> Iterator[Difference]:
    identity = next((found for found in _identities(path) if _identifies(found, before, after)), None)
    if identity is None:
        yield from _sequences(before, after, path)
        return
    old, new = ({identity(member): member for member in side} for side in (before, after))
    for name in dict.fromkeys((*old, *new)):
        if name in old and name in new:
            yield from compare(old[name], new[name], f"{path}[{name}]")
        else:
            yield Difference(path, _json(old.get(name, MISSING)), _json(new.get(name, MISSING)), name)
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield Difference(path, _json(before), _json(after), reordered=True)


def _sequences(before: list[Any], after: list[Any], path: str) -> Iterator[Difference]:
    """Two lists whose members nothing identifies: by position where they are structures, else by value."""
    old, new = ([_text(member) for member in side] for side in (before, after))
    if all(isinstance(member, Mapping | list) for member in (*before, *after)):
        for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if kind == "equal":
                continue
            paired = min(b - a, d - c)
            for offset in range(paired):
                yield from compare(before[a + offset], after[c + offset], f"{path}/{c + offset}")
            yield from (Difference(path, _json(member), None) for member in before[a + paired : b])
            yield from (Difference(path, None, _json(member)) for member in after[c + paired : d])
        return
    had, has = Counter(old), Counter(new)
    if had == has:
        yield Difference(path, _json(before), _json(after), reordered=True)
    yield from (Difference(path, text, None) for text in (had - has).elements())
    yield from (Difference(path, None, text) for text in (has - had).elements())


def _identities(path: str) -> Iterator[Identity]:
    yield from (partial(_named, name) for name in _NAMES)
    if path.endswith("Statement"):
        yield lambda statement: " ".join(_named(key, statement) for key in _STATEMENT if key in statement)


def _named(name: str, member: Mapping[str, Any]) -> str:
    return _text(member[name]).strip('"')


def _identifies(identity: Identity, *sides: Sequence[Any]) -> bool:
    """Whether every member has one of its own."""
    try:
        return all(len({identity(member) for member in side}) == len(side) for side in sides)
    except (KeyError, TypeError):
        return False


def _is_whole(*values: Mapping[str, Any]) -> bool:
    """Whether one of the values is a function that is shown as one, or the two are different functions."""
    functions = [next(iter(value)) for value in values if len(value) == 1]
    if len(functions) < len(values):
        return any(name in _WHOLE or name.startswith("Fn::") for name in functions)
    known = {name for name in functions if name in _WHOLE or name.startswith("Fn::")}
    return bool(known & _WHOLE) or (len(set(functions)) > 1 and bool(known))


def _documents(before: Any, after: Any) -> tuple[Any, Any] | None:
    """Two texts that are JSON objects or lists of another content, parsed."""
    if not all(isinstance(value, str) and value[:1] in "{[" and value for value in (before, after)):
        return None
    try:
        parsed = (json.loads(before), json.loads(after))
    except ValueError:
        return None
    return parsed if parsed[0] != parsed[1] else None


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _json(value: Any) -> str | None:
    return None if value is MISSING else _text(value)
