"""A terminal: it creates a session, comes back to it, and describes it."""

from __future__ import annotations

from handlers.always_coder.relay.caller import Caller, RelayError
from handlers.always_coder.relay.frames import Frame
from handlers.always_coder.relay.peers import tell_viewers
from handlers.always_coder.store import connections, sessions

# What a terminal may say about its session.
METADATA = ("instanceId", "instanceLabel", "hostname", "command", "commandArgs", "webUrl")


def create(caller: Caller, frame: Frame) -> None:
    """Makes a session of the id the terminal has chosen."""
    session, key = frame.fields["sessionId"], frame.fields["publicKey"]
    if not sessions.create(session, caller.connection, key, caller.user):
        raise RelayError("INVALID_MESSAGE", "Session already exists")
    connections.register(caller.connection, session, connections.CLI, key, caller.user)
    caller.reply("session:created", sessionId=session, wsEndpoint=caller.gateway.endpoint)


def reconnect(caller: Caller, frame: Frame) -> None:
    """Gives a session its terminal again. Who knows the session's id may: it is the capability."""
    session = frame.fields["sessionId"]
    found = sessions.attach_cli(session, caller.connection)
    if found is None:
        raise RelayError("SESSION_NOT_FOUND", "Session not found")
    connections.register(caller.connection, session, connections.CLI, frame.fields["publicKey"], caller.user)
    caller.reply("session:reconnected", sessionId=session, wsEndpoint=caller.gateway.endpoint)
    tell_viewers(caller.gateway, found, {"type": "cli:reconnected", "cliPublicKey": found["cliPublicKey"]})


def update(caller: Caller, frame: Frame) -> None:
    """Keeps what the terminal says about its session; the id is the connection's, whatever the frame says."""
    connection = connections.find(caller.connection)
    if connection is None:
        raise RelayError("CONNECTION_FAILED", "Connection not found")
    if connection["role"] != connections.CLI:
        raise RelayError("UNAUTHORIZED", "Only CLI can update session")
    given = {name: frame.fields[name] for name in METADATA if frame.fields.get(name) is not None}
    sessions.describe(connection["sessionId"], given)
