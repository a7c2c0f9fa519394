"""Frames to the other clients of a session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from handlers.always_coder.store import connections, sessions
from handlers.common.aws import ServiceError
from handlers.common.gateway import Gateway, Gone
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background


def deliver(gateway: Gateway, connection: str, text: str) -> bool:
    """Sends a frame; False if that connection has ended, whose record goes then. Raises
    `handlers.common.aws.ServiceError`."""
    try:
        gateway.send_text(connection, text)
    except Gone:
        connections.forget(connection)
        return False
    return True


def tell(gateway: Gateway, connection: str, frame: Mapping[str, Any]) -> bool:
    """As `deliver`, for a frame of the relay's own."""
    return deliver(gateway, connection, json.dumps(frame, separators=(",", ":")))


def deliver_to_viewers(gateway: Gateway, session: sessions.Session, text: str, sender: str = "") -> None:
    """Sends a frame to every viewer but the sender at once. None's failure concerns the sender or another viewer; one
    whose connection has ended leaves the session."""
    viewers = [viewer for viewer in session["webConnectionIds"] if viewer != sender]
    sent = [run_in_background(_attempt, gateway, session["sessionId"], viewer, text) for viewer in viewers]
    for attempt in sent:
        attempt.result()


def tell_viewers(gateway: Gateway, session: sessions.Session, frame: Mapping[str, Any]) -> None:
    """As `deliver_to_viewers`, for a frame of the relay's own."""
    deliver_to_viewers(gateway, session, json.dumps(frame, separators=(",", ":")))


def _attempt(gateway: Gateway, session: str, viewer: str, text: str) -> None:
    try:
        if not deliver(gateway, viewer, text):
            sessions.remove_web(session, viewer)
    except (*ServiceError, TimeoutError) as error:
        logger.warning("frame_not_delivered", connection_id=viewer, error=type(error).__name__)
