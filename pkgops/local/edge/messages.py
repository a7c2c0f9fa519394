"""Requests and responses as they pass the edge: headers keep their order, their spelling and every value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


class Headers:
    """Header lines by name; case does not matter for finding them."""

    def __init__(self, lines: Iterable[tuple[str, str]] = ()) -> None:
        self._lines: dict[str, list[tuple[str, str]]] = {}
        for name, value in lines:
            self.add(name, value)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for lines in self._lines.values():
            yield from lines

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._lines

    def names(self) -> list[str]:
        """Every name, in lower case."""
        return list(self._lines)

    def lines(self, name: str) -> list[tuple[str, str]]:
        """The lines of one name; empty if there are none."""
        return list(self._lines.get(name.lower(), []))

    def get(self, name: str) -> str:
        """Its values as one, "" if there is none."""
        separator = "; " if name.lower() == "cookie" else ", "
        return separator.join(value for _, value in self.lines(name))

    def add(self, name: str, value: str) -> None:
        """Another line of that name."""
        self._lines.setdefault(name.lower(), []).append((name, value))

    def put(self, name: str, value: str) -> None:
        """The one line of that name."""
        self._lines[name.lower()] = [(name, value)]

    def offer(self, name: str, value: str, *, override: bool = True) -> None:
        """The one line of that name, unless there is one that must not be overridden."""
        if override or name not in self:
            self.put(name, value)

    def drop(self, name: str) -> None:
        """No line of that name."""
        self._lines.pop(name.lower(), None)

    def copy(self) -> Headers:
        """The same lines."""
        return Headers(self)

    def joined(self) -> dict[str, str]:
        """One value by each name, in lower case."""
        return {name: self.get(name) for name in self._lines}


@dataclass(frozen=True, slots=True)
class Request:
    """``uri`` is the path as it is sent, ``query`` what is behind the question mark, ``secure`` true for https."""

    method: str
    uri: str
    query: str
    headers: Headers
    body: bytes = b""
    secure: bool = True
    client: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Response:
    """``reason`` is the phrase of the status; ``cache`` is what the header X-Cache says of where it is from."""

    status: int
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    reason: str = ""
    cache: str = "Miss from cloudfront"
