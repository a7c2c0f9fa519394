"""Encrypted envelopes, which are passed on unread."""

from __future__ import annotations

from handlers.always_coder.relay.caller import Caller, RelayError
from handlers.always_coder.relay.frames import Frame
from handlers.always_coder.relay.peers import deliver, deliver_to_viewers
from handlers.always_coder.store import connections, messages, sessions
from handlers.common.aws import ServiceError
from handlers.common.gateway import Gone
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background


def relay(caller: Caller, frame: Frame) -> None:
    """Passes an envelope on: a terminal's to every viewer, a viewer's to the terminal. Two reads at once, then a
    post for each receiver."""
    session = frame.fields["sessionId"]
    reading = run_in_background(sessions.find, session) if session else None
    connection = connections.find(caller.connection)
    if reading:
        reading.exception()  # it has ended before anything else happens
    if connection is None:
        raise RelayError("CONNECTION_FAILED", "Connection not found")
    if connection["sessionId"] != session:
        raise RelayError("INVALID_MESSAGE", "Session ID mismatch")
    found = reading.result() if reading else None
    if found is None:
        raise RelayError("SESSION_NOT_FOUND", "Session not found")
    if connection["role"] == connections.CLI:
        _to_viewers(caller, frame, found)
    elif not (found["cliConnectionId"] and deliver(caller.gateway, found["cliConnectionId"], frame.text)):
        raise RelayError("CONNECTION_FAILED", "CLI not connected")


def replay(caller: Caller, _frame: Frame) -> None:
    """Sends the envelopes that are kept of the connection's session, one by one."""
    connection = connections.find(caller.connection)
    if connection is None:
        raise RelayError("CONNECTION_FAILED", "Connection not found")
    for text in messages.latest(connection["sessionId"]):
        try:
            caller.gateway.send_text(caller.connection, text)
        except Gone:
            connections.forget(caller.connection)
            return
        except ServiceError as error:
            logger.warning("envelope_not_replayed", error=type(error).__name__)


def _to_viewers(caller: Caller, frame: Frame, session: sessions.Session) -> None:
    deliver_to_viewers(caller.gateway, session, frame.text, sender=caller.connection)
    try:
        messages.keep(session["sessionId"], frame.fields["timestamp"], frame.text)
    except (*ServiceError, ValueError) as error:  # DynamoDB has no number beyond 38 digits
        logger.warning("envelope_not_kept", error=type(error).__name__)
