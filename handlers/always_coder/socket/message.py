"""Every frame of a connection: it is parsed, handled by what it asks for, and answered by frames of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handlers.always_coder.relay import envelopes, listing, terminals, viewers
from handlers.always_coder.relay.caller import Caller, RelayError, caller_of
from handlers.always_coder.relay.frames import ENVELOPE, Frame, parse
from handlers.always_coder.store.clock import now
from handlers.common import logs
from handlers.common.gateway import Gone
from handlers.common.logs import logger


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway's ``$default``. Clients never see what it returns, only the frames it sends."""
    logs.begin("always_coder", context)
    caller = caller_of(event)
    try:
        _handle(caller, event.get("body") or "{}")
    except RelayError as error:
        return _refuse(caller, error)
    except Gone:  # the caller: $disconnect takes it out of its session
        logger.info("caller_gone", connection_id=caller.connection)
    except Exception:
        logger.exception("frame_failed")
        return _refuse(caller, RelayError("INVALID_MESSAGE", "Internal error"))
    return {"statusCode": 200}


def _handle(caller: Caller, body: str) -> None:
    try:
        frame = parse(body)
    except ValueError as error:
        raise RelayError("INVALID_MESSAGE", "Invalid JSON") from error
    if frame is not None:
        _OPERATIONS[frame.kind](caller, frame)


def _pong(caller: Caller, _frame: Frame) -> None:
    caller.reply("pong", timestamp=now())


def _refuse(caller: Caller, error: RelayError) -> dict[str, Any]:
    try:
        caller.reply("error", code=error.code, message=error.message)
    except Exception as lost:
        logger.warning("error_not_sent", error=type(lost).__name__)
    return {"statusCode": 400, "body": error.message}


_OPERATIONS: dict[str, Callable[[Caller, Frame], None]] = {
    "session:create": terminals.create,
    "session:reconnect": terminals.reconnect,
    "session:join": viewers.join,
    ENVELOPE: envelopes.relay,
    "ping": _pong,
    "state:request": envelopes.replay,
    "session:list:request": listing.list_sessions,
    "session:info:request": listing.session_info,
    "session:update": terminals.update,
    "session:delete:request": listing.delete_session,
}
