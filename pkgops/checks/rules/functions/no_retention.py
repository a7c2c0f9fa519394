"""Log groups that keep their events forever."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    for group in subject.resources("AWS::Logs::LogGroup"):
        if not group.properties.get("RetentionInDays"):
            yield group.found("keeps its events forever.", "RetentionInDays")


RULE = Rule(
    id="P202",
    title="Log group without retention",
    reason="Events are stored and billed until they are deleted by hand, including what they say about people.",
    remedy="Set RetentionInDays.",
    find=_find,
    bad=Example('scope.add(logs.LogGroup("Log"))'),
    good=Example('scope.add(logs.LogGroup("Log", RetentionInDays=14))'),
)
