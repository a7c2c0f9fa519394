"""Policy statements and documents for a set of needs, as small as they can be.

Resources with the same actions share a statement. Names of one kind with a common prefix become a pattern if that
matches no other stage's: otherwise a policy for a hundred functions would exceed a role's quota, and each new function
would need an administrator.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import takewhile
from typing import Any

from pkgops.permissions.need import Need

LIMIT = 6144
"""Characters of a managed policy without white space, by IAM's quota."""

ATTACHED = 10
"""Managed policies IAM attaches to a role or user by default."""

_MIN_GROUP = 4  # names with a common prefix that are worth a pattern
_KIND = re.compile(r"(?:[\w-]+[:/])?")
_FRAME = len('{"Version":"2012-10-17","Statement":[]}')

Statement = dict[str, Any]
Grouped = list[tuple[tuple[str, ...], tuple[str, ...]]]
"""Actions and the resources they are allowed on."""


@dataclass(frozen=True, slots=True)
class PatternScope:
    """What a pattern may match. ``stage`` is the stage's name, part of its resources' names; ``exclusive`` says that no
    other stage uses the account; ``preserved`` are ARNs of data that is never deleted."""

    stage: str
    exclusive: bool = False
    preserved: frozenset[str] = frozenset()


def statements(needs: Iterable[Need], reach: PatternScope) -> list[Statement]:
    """The statements that allow the needs, in a stable order."""
    apart: dict[tuple[str, str], list[Need]] = defaultdict(list)
    for need in needs:
        apart[need.condition, need.action.split(":")[0]].append(need)
    together: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for (condition, _), some in apart.items():
        for actions, resources in min((_by_actions(some, reach), _by_resources(some, reach)), key=_length):
            together[condition, resources].update(actions)
    made = [_statement(sorted(actions), resources, condition) for (condition, resources), actions in together.items()]
    return sorted(made, key=lambda one: (one["Action"][0], json.dumps(one)))


def patterns(arns: Iterable[str], reach: PatternScope) -> tuple[str, ...]:
    """The ARNs, with those that share a prefix (and perhaps a suffix) merged into one pattern with a ``*``.

    A pattern is made only if its fixed parts hold the stage's name or the account is exclusive to the stage, because
    production's names are prefixes of other stages' names. It must not match preserved data, unless all of that is
    meant."""
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for arn in sorted(arns):
        ending = ":*" if arn.endswith(":*") else ""
        alike[_beginning(arn), ending].append(arn)
    return tuple(sorted(pattern for group in alike.values() for pattern in _pattern(group, reach)))


def policy_documents(made: Sequence[Statement]) -> list[dict[str, Any]]:
    """The statements as policy documents, each within IAM's limit: every statement in the first with room for it."""
    filled: list[list[Statement]] = [[]]
    sizes = [_FRAME]
    for statement in (part for one in made for part in _parts(one)):
        more = _size(statement) + 1
        place = next((index for index, size in enumerate(sizes) if size + more <= LIMIT), len(sizes))
        if place == len(sizes):
            filled.append([])
            sizes.append(_FRAME)
        filled[place].append(statement)
        sizes[place] += more
    return [{"Version": "2012-10-17", "Statement": one} for one in filled]


def _statement(actions: Iterable[str], resources: Iterable[str], condition: str) -> Statement:
    made: Statement = {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return made | ({"Condition": json.loads(condition)} if condition else {})


def _by_actions(needs: Iterable[Need], reach: PatternScope) -> Grouped:
    """Groups of resources on which the same actions are allowed."""
    actions: dict[str, set[str]] = defaultdict(set)
    for need in needs:
        actions[need.resource].add(need.action)
    alike: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for resource, some in actions.items():
        alike[tuple(sorted(some))].add(resource)
    return [(some, patterns(resources, reach)) for some, resources in alike.items()]


def _by_resources(needs: Iterable[Need], reach: PatternScope) -> Grouped:
    """Groups of actions that are allowed on the same resources."""
    resources: dict[str, set[str]] = defaultdict(set)
    for need in needs:
        resources[need.action].add(need.resource)
    alike: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for action, some in resources.items():
        alike[patterns(some, reach)].add(action)
    return [(tuple(sorted(actions)), some) for some, actions in alike.items()]


def _length(grouped: Grouped) -> int:
    return len(json.dumps(grouped))


def _beginning(arn: str) -> str:
    """An ARN up to the first hyphen of its name. Kinds may have some of their own: a ``log-group:``."""
    parts = arn.split(":", 5)
    rest = parts[5] if len(parts) > 5 else ""  # an ARN, or all resources
    kind = "" if parts[2:3] == ["s3"] else _KIND.match(rest).group()  # type: ignore[union-attr]  # it may be empty
    return arn.removesuffix(rest) + kind + rest.removeprefix(kind).partition("-")[0]


def _pattern(group: Sequence[str], reach: PatternScope) -> list[str]:
    if len(group) < _MIN_GROUP:
        return list(group)
    split = [arn.split("-") for arn in group]
    front = _common(split)
    shortest = min(len(parts) for parts in split)
    back = _common([parts[::-1][: shortest - len(front)] for parts in split])[::-1]
    middle = [] if back and back[0] == "*" else ["*"]
    made = "-".join([*front, *middle, *back])
    fixed = {re.sub(r"[:/].*$", "", token) for token in (*front[1:], *back)}
    ours = reach.exclusive or reach.stage in fixed
    if not ours or any(fnmatchcase(arn, made) for arn in reach.preserved - set(group)):
        return list(group)
    return [made]


def _common(rows: Sequence[Sequence[str]]) -> list[str]:
    """The common prefix of all rows."""
    return [column[0] for column in takewhile(lambda column: len(set(column)) == 1, zip(*rows, strict=False))]


def _parts(statement: Statement) -> Iterator[Statement]:
    """A statement, split by resources if it exceeds the limit by itself."""
    if _size(statement) + _FRAME <= LIMIT or len(statement["Resource"]) < 2:
        yield statement
        return
    half = len(statement["Resource"]) // 2
    for resources in (statement["Resource"][:half], statement["Resource"][half:]):
        yield from _parts({**statement, "Resource": resources})


def _size(statement: Statement) -> int:
    return len(re.sub(r"\s", "", json.dumps(statement, separators=(",", ":"))))
