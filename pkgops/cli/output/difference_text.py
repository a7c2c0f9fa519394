"""The text of one difference: the values before and after, shortened to where they differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pkgops.cli.output.terminal import one_line, style
from pkgops.intrinsics import readable

if TYPE_CHECKING:
    from pkgops.operate.differences import Difference

LONGEST = 100  # characters of a value
_AROUND = 20  # characters that two values have in common, shown before and after what differs
_CUT = "..."
_KEYS = ("HASH", "RANGE")  # the order in which the keys of an index are named


def difference_lines(path: str, differences: Sequence[Difference], *, full: bool = False) -> Iterator[str]:
    """The lines of all differences at one path; members that come or go stand under the name of their list."""
    members = [one for one in differences if one.member or (len(differences) > 1 and not one.reordered)]
    if members:
        yield f"      {one_line(path)}"
    for one in differences:
        indent, name = ("        ", "") if one in members else ("      ", f"{one_line(path)}: ")
        yield indent + _line(one, name, full=full)


def _line(one: Difference, name: str, *, full: bool) -> str:
    if one.reordered:
        return f"{name}the same in another order"
    if one.before is None:
        return style(f"+ {name}{one_line(_value(one, one.after, full=full))}", fg="green")
    if one.after is None:
        return style(f"- {name}{one_line(_value(one, one.before, full=full))}", fg="red")
    before, after = (one.before, one.after) if full else _where_different(one.before, one.after)
    return f"{name}{one_line(before)} -> {one_line(after)}"


def _value(one: Difference, text: str | None, *, full: bool) -> str:
    if not one.member:
        return text or "" if full else _shortened(text or "")
    if full:
        return f"{one.member}: {text}"
    member = json.loads(text or "null")
    if isinstance(member, dict) and "Effect" in member and "Sid" not in member:
        return _shortened(_statement(member), 2 * LONGEST)  # its name would be the same once more
    return f"{_shortened(one.member)} {_summary(member, one.member)}".rstrip()


def _summary(member: Any, name: str) -> str:
    """What a member is besides its name: an index's keys, an attribute's type, a tag's value."""
    if not isinstance(member, dict):
        return ""
    if keys := member.get("KeySchema"):
        ordered = sorted(keys, key=lambda key: _KEYS.index(key["KeyType"]) if key.get("KeyType") in _KEYS else 2)
        return f"({', '.join(str(key.get('AttributeName')) for key in ordered)})"
    if "Effect" in member:
        return _shortened(f"({_statement(member)})")
    rest = {key: value for key, value in member.items() if value != name}
    texts = [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in rest.values()]
    if len(texts) == 1:
        return f"({_shortened(texts[0])})"
    return _shortened(json.dumps(rest, ensure_ascii=False)) if rest else ""


def _statement(member: dict[str, Any]) -> str:
    what, on = (_words(member, key) for key in ("Action", "Resource"))
    who = _words(member, "Principal")
    when = f" if {json.dumps(member['Condition'], ensure_ascii=False)}" if member.get("Condition") else ""
    return f"{member['Effect']} {what}{f' on {on}' if on else ''}{f' to {who}' if who else ''}{when}"


def _words(member: dict[str, Any], key: str) -> str:
    """The values of ``Action`` or of ``NotAction``; "" for neither."""
    but, value = ("", member[key]) if key in member else ("all but ", member.get(f"Not{key}"))
    values = value if isinstance(value, list) else [] if value is None else [value]
    return but + ", ".join(map(readable, values)) if values else ""


def _where_different(before: str, after: str) -> tuple[str, str]:
    """Two long values, cut to where they differ."""
    if max(len(before), len(after)) <= LONGEST:
        return before, after
    start = _shared(before, after)
    end = _shared(before[start:][::-1], after[start:][::-1])
    return _cut(before, start, len(before) - end), _cut(after, start, len(after) - end)


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _cut(text: str, start: int, end: int) -> str:
    """The text from ``start`` to ``end`` with a little of what surrounds it."""
    first, last = max(start - _AROUND, 0), min(end + _AROUND, len(text))
    if first <= len(_CUT):
        first = 0
    if len(text) - last <= len(_CUT):
        last = len(text)
    middle = text[first:last]
    if len(middle) > LONGEST:
        middle = middle[: LONGEST - len(_CUT)] + _CUT
        last = len(text)
    return (_CUT if first else "") + middle + (_CUT if last < len(text) else "")


def _shortened(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else text[: longest - len(_CUT)] + _CUT
