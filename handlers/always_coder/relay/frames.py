"""What a frame asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

ENVELOPE = "envelope"
_LONGEST = 1000  # digits of a whole number that is read as one

# The text fields a frame of each type must have.
_FIELDS = {
    "session:create": ("sessionId", "publicKey"),
    "session:reconnect": ("sessionId", "publicKey"),
    "session:join": ("sessionId", "publicKey"),
    "ping": (),
    "state:request": (),
    "session:list:request": (),
    "session:info:request": ("sessionId",),
    "session:update": (),
    "session:delete:request": ("sessionId",),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that is handled: ``kind`` is its type or `ENVELOPE`; ``text`` is the frame as it was received."""

    kind: str
    fields: dict[str, Any]
    text: str


def parse(text: str) -> Frame | None:
    """The frame in a message; None for one that is ignored without a word: an unknown type, or fields that are
    missing or of another type. ValueError if it is not JSON as browsers know it."""
    try:
        fields = json.loads(text or "{}", parse_constant=_refuse, parse_int=_whole)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(fields, dict):
        return None
    kind = fields.get("type")
    if kind in ("session:create", "session:reconnect", "session:join") and _has_fields(kind, fields):
        return Frame(kind, fields, text)
    if _is_envelope(fields):
        return Frame(ENVELOPE, fields, text)
    if isinstance(kind, str) and kind in _FIELDS and _has_fields(kind, fields):
        return Frame(kind, fields, text)
    return None


def _has_fields(kind: str, fields: dict[str, Any]) -> bool:
    return all(isinstance(fields.get(name), str) for name in _FIELDS[kind])


def _is_envelope(fields: dict[str, Any]) -> bool:
    version, timestamp = fields.get("version"), fields.get("timestamp")
    texts = (fields.get(name) for name in ("sessionId", "nonce", "ciphertext"))
    return _is_number(version) and version == 1 and _is_number(timestamp) and all(isinstance(t, str) for t in texts)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(digits: str) -> int | float:
    """Browsers read whole numbers of any length; Python refuses the longest ones."""
    return int(digits) if len(digits) < _LONGEST else float(digits)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
