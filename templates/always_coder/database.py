"""The database stack: Always Coder's three tables."""

from __future__ import annotations

from dataclasses import replace

from troposphere import GetAtt, Ref

from pkgops.kit.table import Index, Table, table
from pkgops.scope import Scope

# By documented logical id. Items expire: a session a day after its last change, a message after an hour.
TABLES = {
    "ConnectionsTable": Table(
        "always-coder-{stage}-connections",
        (Index("sessionId-index", "sessionId"),),
        "connectionId",
        "",
        ttl="ttl",
        recoverable=True,
    ),
    "SessionsTable": Table(
        "always-coder-{stage}-sessions",
        (Index("userId-index", "userId", "createdAt:N"),),
        "sessionId",
        "",
        ttl="ttl",
        recoverable=True,
    ),
    "MessagesTable": Table("always-coder-{stage}-messages", (), "sessionId", "seq:N", ttl="ttl", recoverable=False),
}


def build(scope: Scope) -> None:
    """The tables, with their names and ARNs as outputs. Outside production they are deleted with the stack."""
    for title, row in TABLES.items():
        made = table(scope, replace(row, disposable=not scope.stage.production, managed_key=False))
        if not row.recoverable:
            scope.accept("P405", made, reason="the documents have no backup of it, as messages expire after an hour")
        export = f"{row.name}-table"
        scope.output(f"{title}Name", Ref(made), export)
        scope.output(f"{title}Arn", GetAtt(made, "Arn"), f"{export}-arn")
