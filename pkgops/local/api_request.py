"""The requests that the emulator's APIs have answered, as it reports them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request. ``number`` counts those since the emulator has started; ``time`` is ISO-8601 UTC, ``api`` the API's
    id, ``path`` the one behind the stage, ``status`` 0 where nothing was answered, ``request`` the gateway's id, by
    which the function's log is found; ``kept`` if it can be sent once more."""

    number: int
    time: str
    method: str
    api: str
    path: str
    status: int
    milliseconds: float
    request: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was answered when a request was sent once more; as in `ApiRequest`, and the answer itself: headers as they
    came, and the first 256 KB of the body."""

    status: int
    milliseconds: float
    request: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)


def replayed(body: bytes) -> Replayed | None:
    """The answer of the emulator; None if it has not kept the request."""
    import base64
    import json

    row = json.loads(body)
    if row is None:
        return None
    headers = tuple((name, value) for name, value in row.pop("headers"))
    return Replayed(headers=headers, body=base64.b64decode(row.pop("body")), **row)


def parsed(body: bytes) -> list[ApiRequest]:
    """The requests in an answer of the emulator."""
    import json

    return [ApiRequest(**row) for row in json.loads(body)]
