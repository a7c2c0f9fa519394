"""How bad is a change? The order in which changes are shown: the worst first."""

from __future__ import annotations

from enum import IntEnum

from pkgops.plan.review.review import loses_data
from pkgops.ports.stacks import ResourceChange

_TAGS = "Tags"


class Severity(IntEnum):
    """From what cannot be undone to what adds something."""

    LOSS = 0
    REPLACED = 1
    PERHAPS_REPLACED = 2
    REMOVED = 3
    MODIFIED = 4
    IMPORTED = 5
    ADDED = 6


_ACTIONS = {"Add": Severity.ADDED, "Import": Severity.IMPORTED, "Remove": Severity.REMOVED}
_REPLACEMENTS = {"True": Severity.REPLACED, "Conditional": Severity.PERHAPS_REPLACED}


def severity(change: ResourceChange | None) -> Severity:
    """Of one row of a change set; a difference without a row changes nothing in place."""
    if change is None:
        return Severity.MODIFIED
    if loses_data(change):
        return Severity.LOSS
    if change.action in _ACTIONS:
        return _ACTIONS[change.action]
    return _REPLACEMENTS.get(change.replacement, Severity.MODIFIED)


def only_tags(change: ResourceChange) -> bool:
    """Whether a resource changes only because it gets the tags of its stack."""
    return bool(change.details) and all(detail.attribute == _TAGS and not detail.source for detail in change.details)
