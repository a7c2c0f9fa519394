"""The three tables, as this container uses them."""

from __future__ import annotations

from handlers.always_coder.runtime.settings import settings
from handlers.common.aws import client, prepare
from handlers.common.dynamodb import Table

prepare("dynamodb")


def connections_table() -> Table:
    """Who is connected, by connection id."""
    return Table(client("dynamodb"), settings().connections, ("connectionId",))


def sessions_table() -> Table:
    """Sessions, by session id."""
    return Table(client("dynamodb"), settings().sessions, ("sessionId",))


def messages_table() -> Table:
    """What terminals have sent within the last hour, by session id and the sender's clock."""
    return Table(client("dynamodb"), settings().messages, ("sessionId", "seq"))
