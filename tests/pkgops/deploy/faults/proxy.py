"""A bad network: an HTTP proxy in front of the emulator that fails at seeded random points.

What it does to a request, besides passing it on: refuses it as throttled, answers 5xx, resets the connection before or
after the service has done the work, cuts the answer short, takes its time, or kills who has asked. It counts what was
asked, and notices an object that is put again although S3 has it and has said so.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

FAULTS = ("throttle", "unavailable", "reset before", "reset after", "truncate", "delay")
THROTTLED = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>"
    b"<RequestId>0</RequestId></ErrorResponse>"
)
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
_OF_S3 = ("Object", "Objects", "Bucket")
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
Weather = Callable[[str], str]  # the name of a call -> the fault it meets, "" for none; asked in the order of arrival


def calm(_call: str) -> str:
    """Nothing happens."""
    return ""


class Faults:
    """Each call meets a fault with probability ``rate``, at most ``most`` of them, and only calls named in ``only``
    if that holds any."""

    def __init__(
        self, seed: int, rate: float = 0.2, most: int = 3, kinds: tuple[str, ...] = FAULTS, only: tuple[str, ...] = ()
    ) -> None:
        self.left = most
        self._rate, self._kinds, self._only = rate, kinds, only
        self._chance = random.Random(seed)

    def __call__(self, call: str) -> str:
        if self.left <= 0 or (self._only and call not in self._only) or self._chance.random() >= self._rate:
            return ""
        self.left -= 1
        return self._chance.choice(self._kinds)


class Killing:
    """Kills a process while its ``at``-th call is on its way. That call is done all the same, ``lateness`` seconds
    later. ``killed`` says whether it came to that."""

    def __init__(self, pid: int, at: int, lateness: float) -> None:
        self.pid = pid
        self.lateness = lateness
        self.killed = False
        self.arrived = threading.Event()
        self._left = at

    def over(self) -> None:
        """Returns when nothing of the killed process is on its way any more."""
        assert not self.killed or self.arrived.wait(60)

    def __call__(self, _call: str) -> str:
        self._left -= 1
        if self._left:
            return ""
        os.kill(self.pid, signal.SIGKILL)
        self.killed = True
        return "kill"


class Proxy(ThreadingHTTPServer):
    """Passes requests on to ``port`` through a ``weather``. ``calls`` and ``met`` (fault and call) count;
    ``twice`` are the keys of objects that were put although they were there."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, weather: Weather = calm) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = port
        self.weather, self.delay = weather, 0.05  # seconds of the fault "delay"
        self.calls: Counter[str] = Counter()
        self.met: Counter[tuple[str, str]] = Counter()
        self.twice: list[str] = []
        self.refusal = (403, b"")  # what the fault "refused" answers, status and body
        self._stored: set[str] = set()
        self._lock = threading.Lock()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def fault(self, call: str) -> str:
        """What the next request meets, "" for nothing. Decided under a lock, in the order requests come."""
        with self._lock:
            self.calls[call] += 1
            kind = self.weather(call)
            if kind:
                self.met[kind, call] += 1
            return kind

    def stored(self, call: str, path: str, done: bool) -> None:
        """Keeps account of the objects S3 is known to have; ``done`` says whether its consent came back.

        What a killed process puts does not count: nothing has recorded it."""
        with self._lock:
            if call == "PutObject":
                if path in self._stored:
                    self.twice.append(path)
                if done:
                    self._stored.add(path)
            elif call in {"DeleteObjects", "DeleteObject", "DeleteBucket"}:  # by a garbage collection or a destruction
                self._stored.clear()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections end badly here on purpose."""


@contextmanager
def proxied(port: int, weather: Weather = calm) -> Iterator[Proxy]:
    """A running proxy."""
    proxy = Proxy(port, weather)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # with it every answer waits 40 ms for an acknowledgement
    wbufsize = 1 << 16  # one write an answer
    server: Proxy

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = named(self.command, self.path, body)
        weather = self.server.weather
        fault = self.server.fault(call)
        if fault == "reset before":
            return self._reset()
        if fault == "throttle":
            return self._say(503, SLOW_DOWN) if call.endswith(_OF_S3) else self._say(400, THROTTLED)
        if fault == "refused":
            return self._say(*self.server.refusal)
        if fault == "unavailable":
            return self._say(503, b"")
        if fault == "delay":
            time.sleep(self.server.delay)
        answer, content = self._late(weather, body) if fault == "kill" else self._forward(body)
        answered = fault in {"", "delay"} or (fault == "truncate" and len(content) < 2)
        if call != "PutObject" or not self._killed():
            self.server.stored(call, self.path, answered and answer.status < 300)
        if fault == "reset after":
            return self._reset()
        return self._pass_on(answer, content, cut=fault == "truncate")

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - the names http.server looks for

    def handle_expect_100(self) -> bool:
        """The SDK waits a second for it before it sends an object's bytes."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def log_message(self, *_: Any) -> None:
        """The tests tell what matters."""

    def _forward(self, body: bytes) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.server.target, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP | {"expect"}}
        connection.request(self.command, self.path, body=body or None, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def _late(self, killing: Any, body: bytes) -> tuple[HTTPResponse, bytes]:
        time.sleep(killing.lateness)
        done = self._forward(body)
        killing.arrived.set()
        return done

    def _pass_on(self, answer: HTTPResponse, content: bytes, *, cut: bool) -> None:
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        if cut and len(content) > 1:
            self.wfile.write(content[: len(content) // 2])
            return self._reset()
        self.wfile.write(content)
        return None

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def _killed(self) -> bool:
        """True if the client is no more: no living one ends its side while it waits for the answer."""
        self.connection.setblocking(False)
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except ConnectionError:
            return True
        except BlockingIOError:
            return False
        finally:
            self.connection.setblocking(True)

    def _reset(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.shutdown(socket.SHUT_RDWR)


def named(method: str, path: str, body: bytes) -> str:
    """The API call a request is: CloudFormation's Action, or what method and path mean to Lambda and S3."""
    if path.startswith("/2015-03-31/functions/"):
        return f"{method.title()}Function{urlsplit(path).path.partition('/functions/')[2].partition('/')[2].title()}"
    if body.startswith(b"Action="):
        return parse_qs(body.decode("utf-8", "replace"))["Action"][0]
    _, _, key = urlsplit(path).path.strip("/").partition("/")
    if method == "POST" and "delete" in urlsplit(path).query:
        return "DeleteObjects"
    kind = {"GET": "Get", "HEAD": "Head", "PUT": "Put", "DELETE": "Delete", "POST": "Post"}[method]
    return kind + ("Object" if key else "Bucket")
