"""Acceptances that match no finding."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(_subject: Subject) -> Iterator[Found]:
    """None: `pkgops.checks.run.judge` finds them among the findings of all other rules."""
    return iter(())


RULE = Rule(
    id="P005",
    title="Acceptance without a finding",
    reason="The finding has been corrected since, or the acceptance names another resource than intended. An "
    "acceptance that stays would hide the next finding of its kind.",
    remedy="Remove the acceptance, or correct the resource or subject it names.",
    find=_find,
    bad=Example(
        'log = scope.add(logs.LogGroup("Log", RetentionInDays=14))\n'
        'scope.accept("P202", log, reason="auditors want everything")'
    ),
    good=Example('log = scope.add(logs.LogGroup("Log"))\nscope.accept("P202", log, reason="auditors want everything")'),
)
