"""A user's own sessions: listed, looked at, deleted."""

from __future__ import annotations

from typing import Any

from handlers.always_coder.relay.caller import Caller
from handlers.always_coder.relay.frames import Frame
from handlers.always_coder.relay.terminals import METADATA
from handlers.always_coder.store import sessions
from handlers.common.aws import ServiceError
from handlers.common.dynamodb import ConditionFailed
from handlers.common.logs import logger

_SHOWN = ("sessionId", "status", "createdAt", "lastActiveAt", *METADATA)


def list_sessions(caller: Caller, frame: Frame) -> None:
    """The caller's sessions, newest first; without the closed ones, unless ``includeInactive`` is what JavaScript
    takes for true."""
    caller.require_login()
    found = sessions.of_user(caller.user, closed=_is_truthy(frame.fields.get("includeInactive")))
    caller.reply("session:list:response", sessions=[_info(session) for session in found])


def session_info(caller: Caller, frame: Frame) -> None:
    """One session of the caller; null for one that is not."""
    caller.require_login()
    found = sessions.find(frame.fields["sessionId"])
    own = found is not None and found["userId"] == caller.user
    caller.reply("session:info:response", session=_info(found) if found and own else None)


def delete_session(caller: Caller, frame: Frame) -> None:
    """Deletes a session of the caller. Its clients are not told; their records expire."""
    caller.require_login()
    session = frame.fields["sessionId"]
    try:
        sessions.delete(session, caller.user)
    except ConditionFailed as kept:
        _refuse(caller, session, "Unauthorized" if kept.item else "Session not found")
    except ServiceError as error:
        logger.warning("session_not_deleted", error=type(error).__name__)
        _refuse(caller, session, "Failed to delete session")
    else:
        caller.reply("session:delete:response", sessionId=session, success=True)


def _info(session: dict[str, Any]) -> dict[str, Any]:
    return {name: session[name] for name in _SHOWN if name in session}


def _is_truthy(value: object) -> bool:
    return isinstance(value, list | dict) or bool(value)


def _refuse(caller: Caller, session: str, message: str) -> None:
    """The answer to a deletion that did not happen."""
    caller.reply("session:delete:response", sessionId=session, success=False, message=message)
