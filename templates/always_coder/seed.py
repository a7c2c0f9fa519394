"""The seed data of Always Coder: a user, and three sessions that are waiting, paused and over.

An active session cannot be seeded: it is one with two connections.
"""

from __future__ import annotations

from pkgops.seeds import SeedContext, SeedItem, Seeds, SeedUser, UserId

TABLE, POOL = "database.SessionsTableName", "api.UserPoolId"
EMAIL = "dev@example.com"
_DAY = 24 * 60 * 60
# By id: status, hours since it was created, host, command and its arguments.
_SESSIONS: tuple[tuple[str, str, float, str, str, list[str]], ...] = (
    ("SEEDWA", "pending", 0.1, "workstation", "bash", ["-l"]),
    ("SEEDPA", "paused", 3.0, "buildbox", "make", ["test"]),
    ("SEEDCL", "closed", 20.0, "laptop", "python3", []),
)


def seed(context: SeedContext) -> Seeds:
    """The user first, whose id the sessions have. They expire a day after the seeding, as any."""
    password = f"{context.secret('password')[:20]}-aA1"
    return Seeds(
        items=tuple(_session(context, row) for row in _SESSIONS),
        users=(SeedUser(POOL, EMAIL, password),),
    )


def _session(context: SeedContext, row: tuple[str, str, float, str, str, list[str]]) -> SeedItem:
    session, status, hours, host, command, arguments = row
    created = int((context.epoch - hours * 3600) * 1000)
    item = {
        "sessionId": session,
        "cliConnectionId": "",
        "cliPublicKey": "c2VlZGVkIGtleQ==",
        "webConnectionIds": [],
        "status": status,
        "createdAt": created,
        "lastActiveAt": created,
        "userId": UserId(EMAIL),
        "ttl": context.epoch + _DAY,
        "hostname": host,
        "instanceLabel": host,
        "command": command,
        "commandArgs": arguments,
    }
    return SeedItem(TABLE, item, f"session {session}", "session")
