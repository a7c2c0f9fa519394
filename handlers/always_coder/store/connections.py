"""Connections that belong to a session: each has one role in one session, the last it asked for."""

from __future__ import annotations

from typing import Any

from handlers.always_coder.runtime.tables import connections_table
from handlers.always_coder.store.clock import SESSION_SECONDS, expiry, now

CLI, WEB = "cli", "web"

Connection = dict[str, Any]


def register(connection: str, session: str, role: str, public_key: str, user: str) -> None:
    """Writes the connection's record, in place of an earlier one."""
    connections_table().put(
        {
            "connectionId": connection,
            "sessionId": session,
            "role": role,
            "publicKey": public_key,
            "connectedAt": now(),
            "userId": user,
            "ttl": expiry(SESSION_SECONDS),
        }
    )


def find(connection: str) -> Connection | None:
    """The record of a connection; None before it has created or joined a session."""
    return connections_table().get((connection,), consistent=True)


def forget(connection: str) -> None:
    """Deletes the record if there is one."""
    connections_table().delete((connection,))
