"""A viewer joins a session."""

from __future__ import annotations

from handlers.always_coder.relay.caller import Caller, RelayError
from handlers.always_coder.relay.frames import Frame
from handlers.always_coder.relay.peers import tell
from handlers.always_coder.store import connections, sessions


def join(caller: Caller, frame: Frame) -> None:
    """Adds a viewer. Its terminal hears of it first, so that the viewer's first envelope finds it prepared."""
    session, key = frame.fields["sessionId"], frame.fields["publicKey"]
    if sessions.find(session) is None:
        raise RelayError("SESSION_NOT_FOUND", "Session not found or expired")
    connections.register(caller.connection, session, connections.WEB, key, caller.user)
    joined = sessions.add_web(session, caller.connection)
    if joined is None:
        connections.forget(caller.connection)
        raise RelayError("SESSION_NOT_FOUND", "Session not found or expired")
    cli = joined["cliConnectionId"]
    told = {"type": "web:connected", "publicKey": key, "connectionId": caller.connection}
    answer = {"sessionId": session, "cliPublicKey": joined["cliPublicKey"]}
    if cli != sessions.AWAY and tell(caller.gateway, cli, told):
        caller.reply("session:joined", **answer)
    else:
        caller.reply("session:joined", **answer, cliDisconnected=True)
        caller.reply("cli:disconnected")
