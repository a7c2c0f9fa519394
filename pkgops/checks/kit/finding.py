"""A finding of a rule: the problem, the place and the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ERROR, WARNING, INFO = "error", "warning", "info"
SEVERITIES = (ERROR, WARNING, INFO)


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem.

    ``rule`` is the rule's id, ``severity`` error, warning or info. ``file`` and ``line`` are where to look first, the
    file relative to the project's root, line 0 where there is none. ``stack`` is the stack's key, ``resource`` the
    logical id, ``path`` the place in the template ("Resources/Queue/Properties/..."), each "" where the finding has
    none. ``subject`` distinguishes findings of one rule about one resource; an acceptance may name it. ``message`` is a
    sentence, ``remedy`` says what to do."""

    rule: str
    severity: str
    file: str
    line: int
    stack: str
    resource: str
    path: str
    subject: str
    message: str
    remedy: str

    @property
    def place(self) -> str:
        """File and line, as editors take them."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The acceptance of findings: the rule's id, the stack's key, the resource's logical id ("" for all), a pattern
    of the finding's subject (``*`` for all), the reason, and the line that accepts them."""

    rule: str
    stack: str
    resource: str
    subject: str
    reason: str
    source: str

    @staticmethod
    def of(stack: str, row: dict[str, Any]) -> Acceptance:
        """From a record of `pkgops.scope.Scope.accept`."""
        return Acceptance(row["rule"], stack, row["resource"], row["subject"], row["reason"], row["source"])
