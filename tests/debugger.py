"""A debugger's side of the debug adapter protocol, as editors speak it."""

from __future__ import annotations

import json
import socket
from itertools import count
from typing import Any

from tests.waiting import SOON, eventually


class Debugger:
    """Attached to a port; ``roots`` maps the sources here to the code there. Use as a context manager."""

    def __init__(self, port: int, roots: tuple[str, str]) -> None:
        self._socket = eventually(lambda: _connect(port))
        self._file = self._socket.makefile("rb")
        self._numbers = count(1)
        self._events: list[dict[str, Any]] = []
        self.ask("initialize", adapterID="pkgops", pathFormat="path", linesStartAt1=True)
        mapping = {"localRoot": roots[0], "remoteRoot": roots[1]}
        self._attached = self._send("attach", pathMappings=[mapping], justMyCode=True, subProcess=False)
        self.event("initialized")

    def __enter__(self) -> Debugger:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()

    def stop_at(self, path: str, line: int) -> None:
        """Sets a breakpoint, which must be one that the program can reach, and lets the program go."""
        answer = self.ask("setBreakpoints", source={"path": path}, breakpoints=[{"line": line}])
        assert [one["verified"] for one in answer["breakpoints"]] == [True], answer
        self.ask("configurationDone")
        self._answer(self._attached)

    def stopped(self) -> dict[str, Any]:
        """The innermost frame once the program has stopped."""
        thread = self.event("stopped")["threadId"]
        frame: dict[str, Any] = self.ask("stackTrace", threadId=thread)["stackFrames"][0]
        return {**frame, "thread": thread}

    def value(self, frame: dict[str, Any], expression: str) -> str:
        return str(self.ask("evaluate", expression=expression, frameId=frame["id"], context="watch")["result"])

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        return self._answer(self._send(command, **arguments))

    def event(self, name: str) -> dict[str, Any]:
        """The body of the next event of that name."""
        while True:
            for one in self._events:
                if one["event"] == name:
                    self._events.remove(one)
                    return dict(one.get("body") or {})
            self._take(self._read())

    def _send(self, command: str, **arguments: Any) -> int:
        number = next(self._numbers)
        message = {"seq": number, "type": "request", "command": command, "arguments": arguments}
        body = json.dumps(message).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        return number

    def _answer(self, number: int) -> dict[str, Any]:
        while True:
            message = self._read()
            if message["type"] == "response" and message["request_seq"] == number:
                assert message["success"], message
                return dict(message.get("body") or {})
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "event":
            self._events.append(message)

    def _read(self) -> dict[str, Any]:
        length = 0
        while line := self._file.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name == b"Content-Length" else length
        assert length, "the debugger's connection has ended"
        message: dict[str, Any] = json.loads(self._file.read(length))
        return message


def _connect(port: int) -> socket.socket | None:
    try:
        return socket.create_connection(("127.0.0.1", port), SOON)
    except OSError:
        return None
