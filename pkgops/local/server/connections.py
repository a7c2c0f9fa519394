"""How is HTTP/1.1 spoken with one client? As uvicorn speaks it over httptools, where a request has one meaning alone.

What a signature covers must be what is carried out, so a head that could be read in two ways is refused, names of
headers stay as they were sent, and nothing is added to a head that has been judged.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

_LONGEST_HEAD = 64 * 1024  # bytes

Headers = list[tuple[bytes, bytes]]


class Connection(HttpToolsProtocol):
    """One client's connection, until it becomes a WebSocket."""

    _pending = 0  # bytes of a head, or of what follows a body, that is not complete
    _judged = False
    _spent = False  # nothing more is read
    _answering: Any = None  # the first request that has no complete answer; others may have been sent ahead

    def data_received(self, data: bytes) -> None:
        """More of a request."""
        if self._spent:
            return
        self._unset_keepalive_if_required()
        self._pending += len(data)
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as found:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
            else:
                self._go_on_without_upgrade(data[found.args[0] :])
        except HttpParserError:
            self._give_up("This is no HTTP request.")
        else:
            if self._pending > _LONGEST_HEAD and not self.transport.is_closing():
                self._give_up("The head is too long.")

    def _give_up(self, why: str) -> None:
        """Reads no further, since nobody knows where the next request begins. An answer to a complete request is sent
        first; one that has begun before its request was complete is cut off."""
        if not self._is_answering():
            self.send_400_response(why)
        elif not self._answering.more_body:
            self._spent, self._answering.keep_alive = True, False
        elif self._answering.response_started:
            self.transport.abort()
        else:
            self.send_400_response(why)

    def _is_answering(self) -> bool:
        return self._answering is not None and not self._answering.response_complete

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _go_on_without_upgrade(self, rest: bytes) -> None:
        """Reads the head once more as if it offered no other protocol: the parser skips the body of one that does."""
        version = self.parser.get_http_version().encode()
        lines = [b"%s %s HTTP/%s" % (self.parser.get_method(), self.url, version)]
        lines += [b"%s: %s" % one for one in self._sent if one[0].lower() != b"upgrade"]
        self.parser = HttpRequestParser(self)
        self.data_received(b"\r\n".join(lines) + b"\r\n\r\n" + rest)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._sent: Headers = []
        self._judged = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer: those come after the head was judged, and do not count."""
        if not self._judged:
            self._sent.append((name, value))
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there; ValueError, which is answered with 400, if it is none that can be carried out."""
        self._pending, self._judged = 0, True
        self._require_meaning()
        if not self.parser.should_upgrade():
            self.scope["headers"] = self._sent
        if not self.parser.should_upgrade() or self._should_upgrade():
            super().on_headers_complete()

    def _require_meaning(self) -> None:
        """ValueError for a head that could be read in two ways, or in none."""
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            raise ValueError("A request has one host.")
        if not b"".join(hosts).isascii():
            raise ValueError("The host is none.")
        if any(name == b"transfer-encoding" and value.lower() != b"chunked" for name, value in self.headers):
            raise ValueError("The body is encoded otherwise than in chunks.")
        if self.parser.get_method() == b"CONNECT":
            raise ValueError("This is no proxy.")
        if not self.url.startswith(b"/") or not self.url.isascii() or b"#" in self.url:
            raise ValueError("The target is no path.")
        if sum(len(name) + len(value) for name, value in self._sent) + len(self.url) > _LONGEST_HEAD:
            raise ValueError("The head is too long.")

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._pending = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete."""
        self._pending = 0
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """From now on it is a WebSocket. Several headers ``Connection`` become one for its handshake."""
        others = [one for one in self.headers if one[0] != b"connection"]
        self.scope["headers"] = [*others, (b"connection", b"upgrade")]
        self.ws_protocol_class = partial(Socket, sent=self._sent)  # type: ignore[assignment]
        super().handle_websocket_upgrade()

    def _should_upgrade(self) -> bool:
        return self.parser.get_method() == b"GET" and not self._is_answering() and super()._should_upgrade()

    def _get_upgrade(self) -> bytes | None:
        """The protocol that is offered; several headers ``Connection`` are one list."""
        listed = b",".join(value for name, value in self.headers if name == b"connection").lower().split(b",")
        offered = [value for name, value in self.headers if name == b"upgrade"]
        return offered[-1].lower() if offered and b"upgrade" in map(bytes.strip, listed) else None


class Socket(WSProtocol):
    """A WebSocket, whose request has all headers ``sent``: what the handshake has used among them."""

    def __init__(self, *args: Any, sent: Headers, **named: Any) -> None:
        super().__init__(*args, **named)
        self._sent = sent

    def handle_connect(self, event: Any) -> None:
        """The handshake has begun; the application starts after this."""
        super().handle_connect(event)
        self.scope["headers"] = self._sent
