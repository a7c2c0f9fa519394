"""What follows when a connection ends."""

from __future__ import annotations

from typing import Any

from handlers.always_coder.relay.peers import tell, tell_viewers
from handlers.always_coder.store import connections, sessions
from handlers.common.aws import ServiceError
from handlers.common.gateway import Gateway
from handlers.common.logs import logger


def depart(gateway: Gateway, connection_id: str) -> None:
    """Tells the other side, and takes the connection out of its session. API Gateway may report the end of a
    connection minutes late, when its terminal has long come back on another one."""
    connection = connections.find(connection_id)
    if connection is None:
        return
    try:
        if connection["role"] == connections.CLI:
            _terminal_left(gateway, connection)
        else:
            _viewer_left(gateway, connection)
    finally:
        connections.forget(connection_id)


def _terminal_left(gateway: Gateway, connection: dict[str, Any]) -> None:
    closed = sessions.detach_cli(connection["sessionId"], connection["connectionId"])
    if closed is not None:
        tell_viewers(gateway, closed, {"type": "cli:disconnected"})


def _viewer_left(gateway: Gateway, connection: dict[str, Any]) -> None:
    session = sessions.find(connection["sessionId"])
    if session is None:
        return
    try:
        if session["cliConnectionId"]:
            left = {"type": "web:disconnected", "connectionId": connection["connectionId"]}
            tell(gateway, session["cliConnectionId"], left)
    except ServiceError as error:  # the viewer leaves all the same
        logger.warning("departure_not_told", error=type(error).__name__)
    sessions.remove_web(connection["sessionId"], connection["connectionId"])
