"""What do the changes of a change set really do? CloudFormation lists more than will change.

It evaluates every resource again that refers to one it updates, because an attribute of that may have another value,
and says that those may be replaced if the property with the reference replaces its resource. Most attributes are part
of what identifies a resource, like its ARN: those stay the same as long as it is not replaced itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from pkgops.intrinsics import references
from pkgops.ports.stacks import ChangeDetail, ResourceChange
from pkgops.resource_types import Recreation, recreation

_IDENTIFIES = re.compile(r"(Arn|ARN|Id|ID|Name|Url|URL|Uri|Endpoint|Address)$")
_COMPUTED = re.compile(r"^(Custom::|AWS::CloudFormation::(CustomResource|Stack|Macro)$)")  # any attribute may change
# (type, attribute) -> the property that gives such an attribute another value.
_DEPENDENT = {("AWS::DynamoDB::Table", "StreamArn"): "StreamSpecification"}

Rows = Mapping[str, ResourceChange]


def with_effects(
    changes: Sequence[ResourceChange], read_before: Callable[[], Mapping[str, Any]], after: Mapping[str, Any]
) -> tuple[ResourceChange, ...]:
    """The changes with what really happens to each resource: whether it is replaced, and because of which others it is
    only evaluated again. The deployed template is read if that depends on it."""
    evaluation = _Evaluation(read_before, after)
    rows = {row.logical_id: row for row in changes}
    while True:  # what is evaluated because of one that is only evaluated itself stays as it is, too
        judged = {name: evaluation.judged(row, rows) for name, row in rows.items()}
        if judged == rows:
            return tuple(rows.values())
        rows = judged


def roots(row: ResourceChange, rows: Rows) -> frozenset[str]:
    """The resources that really change among those because of which ``row`` is evaluated, however indirectly."""
    found, seen, names = set(), {row.logical_id}, list(row.unchanged_by)
    for name in names:
        if name in rows and name not in seen:
            names += rows[name].unchanged_by
            found |= set() if rows[name].unchanged_by else {name}
        seen.add(name)
    return frozenset(found)


def referrers(changes: Sequence[ResourceChange]) -> dict[str, tuple[str, ...]]:
    """Resources that change, each with those that are only evaluated again because of it; none is counted twice."""
    rows = {row.logical_id: row for row in changes}
    found: dict[str, tuple[str, ...]] = {}
    for row in changes:
        cause = min(roots(row, rows), default="")
        if cause:
            found[cause] = (*found.get(cause, ()), row.logical_id)
    return found


def differing(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """The paths at which two definitions differ; lists that differ are not looked into."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                yield from differing(before.get(key), after.get(key), f"{path}/{key}".lstrip("/"))
    elif before != after:
        yield path


def _uses(value: Any, cause: str, path: str) -> Iterator[str]:
    """The paths at which a definition refers to a parameter or resource."""
    if not cause:
        return
    if isinstance(value, Mapping) and not any(key == "Ref" or key.startswith("Fn::") for key in value):
        for key, inner in value.items():
            yield from _uses(inner, cause, f"{path}/{key}")
    elif cause.partition(".")[0] in references(value):
        yield path


class _Evaluation:
    """Judges the rows of one change set."""

    def __init__(self, read_before: Callable[[], Mapping[str, Any]], after: Mapping[str, Any]) -> None:
        self._read_before = read_before
        self._after = after

    @cached_property
    def _before(self) -> Mapping[str, Any]:
        return self._read_before()

    def judged(self, row: ResourceChange, rows: Rows) -> ResourceChange:
        """The row, seen together with what is known of the others so far."""
        if row.action != "Modify" or row.drift or row.unchanged_by or not row.details:
            return row
        real = [detail for detail in row.details if self._is_real(detail, row, rows)]
        if not real:
            causes = dict.fromkeys(_cause(detail) for detail in row.details if detail.cause)
            return replace(row, replacement="False", unchanged_by=tuple(causes), properties=())
        row = replace(row, properties=_without_dropped(row, real))
        if row.replacement == "False" or (row.replacement == "True" and len(real) == len(row.details)):
            return row
        ways = {self._way(detail, row) for detail in real}
        return replace(row, replacement=next((way for way in ("True", "Conditional") if way in ways), "False"))

    def _is_real(self, detail: ChangeDetail, row: ResourceChange, rows: Rows) -> bool:
        """Whether the property may get another value."""
        if detail.source in {"ResourceReference", "ResourceAttribute"}:
            return _may_differ(detail, rows)
        evaluated = detail.dynamic and any(other.cause for other in row.details if other.name == detail.name)
        if detail.source != "DirectModification" or not evaluated:
            return True
        had, wanted = self._sides(row, detail.name)
        return bool(had != wanted)

    def _way(self, detail: ChangeDetail, row: ResourceChange) -> str:
        """Whether a change that is real replaces the resource: True, False or Conditional."""
        if detail.recreation == "Always":
            return "Conditional" if detail.dynamic else "True"
        if detail.recreation == "Never":
            return "False"
        had, wanted = self._sides(row, detail.name)
        paths = [*differing(had, wanted, detail.name), *_uses(wanted, detail.cause, detail.name)]
        known = paths and all(recreation(row.type, path) is Recreation.NEVER for path in paths)
        return "False" if known else "Conditional"

    def _sides(self, row: ResourceChange, name: str) -> tuple[Any, Any]:
        """A property as it was and as it will be."""
        definitions = (side.get("Resources", {}).get(row.logical_id, {}) for side in (self._before, self._after))
        had, wanted = (definition.get("Properties", {}).get(name) for definition in definitions)
        return had, wanted


def _may_differ(detail: ChangeDetail, rows: Rows) -> bool:
    """Whether what the reference stands for may have another value after the update."""
    cause = rows.get(_cause(detail))
    if cause is None:
        return True
    if cause.unchanged_by or cause.replacement != "False":
        return not cause.unchanged_by
    attribute = detail.cause.partition(".")[2]
    if not attribute:
        return False
    if governing := _DEPENDENT.get((cause.type, attribute)):
        return any(path.partition("/")[0] == governing for path in cause.properties)
    return bool(_COMPUTED.match(cause.type)) or not _IDENTIFIES.search(attribute)


def _cause(detail: ChangeDetail) -> str:
    return detail.cause.partition(".")[0]


def _without_dropped(row: ResourceChange, real: Sequence[ChangeDetail]) -> tuple[str, ...]:
    """The row's properties without those that stay as they are."""
    kept = {detail.name or detail.attribute for detail in real}
    dropped = {detail.name or detail.attribute for detail in row.details} - kept
    return tuple(name for name in row.properties if name.partition("/")[0] not in dropped)
