"""The WebSocket API of Keyvex: who is connected, and answers to what clients say."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from handlers.common import logs
from handlers.common.gateway import Gone
from handlers.common.logs import logger
from handlers.keyvex.shared.clock import iso_ms, now_ms
from handlers.keyvex.shared.connections import frame_text, gateway_of
from handlers.keyvex.shared.items import main_table
from handlers.keyvex.websocket import registry

_LONGEST_ID = 256  # characters of a user that messages may name


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The routes ``$connect``, ``$disconnect`` and ``$default``. Clients see what a refused connection is answered
    with, and the frames they are sent."""
    logs.begin("keyvex", context)
    try:
        route = _ROUTES.get(event["requestContext"]["routeKey"])
        return route(event) if route else _answer(400, "Unknown route")
    except Exception:
        logger.exception("A WebSocket event could not be processed")
        return _answer(500, "Internal server error")


def _connect(event: dict[str, Any]) -> dict[str, Any]:
    query = event.get("queryStringParameters") or {}
    if not query.get("userId"):
        return _answer(400, "Missing userId")
    if len(query["userId"]) > _LONGEST_ID:
        return _answer(400, "Invalid userId")
    registry.register(main_table(), event["requestContext"], query["userId"], query.get("jobId"))
    return _answer(200, "Connected")


def _disconnect(event: dict[str, Any]) -> dict[str, Any]:
    try:
        registry.forget(main_table(), event["requestContext"]["connectionId"])
    except Exception:
        logger.exception("A connection could not be forgotten; it expires by itself")
    return _answer(200, "Disconnected")


def _default(event: dict[str, Any]) -> dict[str, Any]:
    try:
        frame = msgspec.json.decode(_body(event) or "{}")
    except (ValueError, RecursionError):  # msgspec's error is a ValueError
        _reply(event, {"type": "error", "error": "Invalid JSON"})
        return _answer(400, "Invalid JSON")
    kind = frame.get("type") if isinstance(frame, dict) else None
    if kind == "ping":
        _reply(event, {"type": "pong"})
    elif kind != "pong":
        _reply(event, {"type": "echo", "message": frame})
    return _answer(200, "Message sent")


def _body(event: dict[str, Any]) -> str | bytes:
    body: str = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body


def _reply(event: dict[str, Any], frame: dict[str, Any]) -> None:
    """Posts a frame to the sender. If its connection has ended meanwhile, it is forgotten."""
    context = event["requestContext"]
    gateway = gateway_of(context)
    if gateway is None:
        raise LookupError("the event names no domain and stage")
    try:
        text = frame_text({**frame, "timestamp": iso_ms(now_ms())}, "message")
        gateway.send_text(context["connectionId"], text)
    except Gone:
        registry.forget(main_table(), context["connectionId"])


def _answer(status: int, text: str) -> dict[str, Any]:
    return {"statusCode": status, "body": text}


_ROUTES = {"$connect": _connect, "$disconnect": _disconnect, "$default": _default}
