"""The requests that the emulator's APIs have answered, as it reports them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request. ``number`` counts those since the emulator has started; ``time`` is ISO-8601 UTC, ``api`` the API's
    id, ``path`` the one behind the stage, ``status`` 0 where nothing was answered, ``request`` the gateway's id, by
    which the function's log is found."""

    number: int
    time: str
    method: str
    api: str
    path: str
    status: int
    milliseconds: float
    request: str


def parsed(body: bytes) -> list[ApiRequest]:
    """The requests in an answer of the emulator."""
    import json

    return [ApiRequest(**row) for row in json.loads(body)]
