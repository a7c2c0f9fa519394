"""Frames to all connections of a user.

A connection's item says where it is reached: its ``domainName`` and ``stage``, as the connecting client used them. So
no function needs the address of the API, and the stacks no cycle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from handlers.common.dynamodb import Table
from handlers.common.gateway import Gateway, Gone, gateway_at
from handlers.common.logs import logger
from handlers.common.parallel import run_in_background
from handlers.keyvex.shared.clock import iso_ms, now_ms
from handlers.keyvex.shared.settings import settings

MAX_BYTES = 120 * 1024  # of a frame; API Gateway takes 128 KB


def gateway_of(connection: Mapping[str, Any]) -> Gateway | None:
    """Where a connection is reached, by its item or by the request context of its event; None if that says neither
    domain nor stage."""
    endpoint = settings().callback_url
    if not endpoint and connection.get("domainName") and connection.get("stage"):
        endpoint = f"https://{connection['domainName']}/{connection['stage']}"
    return gateway_at(endpoint, attempts=1) if endpoint else None


def push(table: Table, user: str, frame: Mapping[str, Any]) -> int:
    """Posts a frame to every live connection of a user at once; how many took it. A connection that has ended is
    forgotten; nothing that goes wrong concerns the caller, not even an item that no connection has."""
    try:
        text = frame_text(frame)
        posts = [run_in_background(_post, table, item, text) for item in live(table, user)]
        return sum(post.result() for post in posts)
    except Exception:
        logger.warning("A frame could not be delivered", exc_info=True)
        return 0


def live(table: Table, user: str) -> list[dict[str, Any]]:
    """The items of a user's connections that have not expired; others that somehow came between them are left out.
    Raises `ServiceError`."""
    where = "GSI1PK = :user AND begins_with(GSI1SK, :prefix)"
    found = table.pages("GSI1", where, {"user": f"USER#{user}", "prefix": "CONNECTION#"})
    return [item for item in found if _is_live(item, now_ms() // 1000)]


def push_progress(table: Table, user: str, **fields: Any) -> int:
    """Pushes a ``step_progress`` frame: jobId, stepName, status, message, data."""
    return push(table, user, {"type": "step_progress", **fields, "timestamp": iso_ms(now_ms())})


def frame_text(frame: Mapping[str, Any], large: str = "data") -> str:
    """A frame as JSON; its part ``large`` is left out above `MAX_BYTES`, and where it is too deep to be written, though
    it was not too deep to be read by itself."""
    try:
        text = msgspec.json.encode(frame, enc_hook=str)
    except RecursionError:
        text = b""
    if not text or (len(text) > MAX_BYTES and large in frame):
        text = msgspec.json.encode({**frame, large: {"truncated": True}}, enc_hook=str)
    return text.decode()


def _is_live(item: Mapping[str, Any], now: int) -> bool:
    name, ends = item.get("connectionId"), item.get("ttl")
    return isinstance(name, str) and isinstance(ends, int | float) and ends > now


def _post(table: Table, connection: Mapping[str, Any], text: str) -> bool:
    try:
        return deliver(table, connection, text)
    except Exception as error:  # an address that is none is a ValueError
        logger.warning("A connection did not take a frame", extra={"error": type(error).__name__})
        return False


def deliver(table: Table, connection: Mapping[str, Any], text: str) -> bool:
    """Posts a frame to one connection; False if it has ended, and its item is deleted, or has no address. Raises
    `ServiceError`."""
    gateway = gateway_of(connection)
    if gateway is None:
        return False
    try:
        gateway.send_text(connection["connectionId"], text)
    except Gone:
        table.delete((connection["PK"], connection["SK"]))
        return False
    return True
