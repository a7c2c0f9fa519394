"""A webhook's receiving end: keeps what it gets, and can be told to fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe


@dataclass
class Receiver:
    """``url`` is where it listens; ``failures`` how many of the next deliveries are answered with 500;
    ``answer(signature, body)`` says the status of the others, 200 if there is none."""

    url: str = ""
    failures: int = 0
    answer: Callable[[str, str], int] | None = None
    deliveries: list[tuple[str, bytes]] = field(default_factory=list)

    def events(self, secret: str, *kinds: str) -> list[Any]:
        """The events whose signature holds, of the given kinds only if any are given."""
        events = [stripe.Webhook.construct_event(body, signed, secret) for signed, body in list(self.deliveries)]
        return [event for event in events if not kinds or event.type in kinds]

    def wait(self, done: Callable[[], Any], patience: float = 15.0) -> Any:
        """What ``done()`` answers once it is true."""
        deadline = time.monotonic() + patience
        while not (found := done()):
            assert time.monotonic() < deadline, [body for _, body in self.deliveries]
            time.sleep(0.01)
        return found


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port of loopback."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.deliveries.append((self.headers["Stripe-Signature"], body))
            failing, receiver.failures = receiver.failures > 0, max(0, receiver.failures - 1)
            self.send_response(500 if failing else self.answered(body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def answered(self, body: bytes) -> int:
            return receiver.answer(self.headers["Stripe-Signature"], body.decode()) if receiver.answer else 200

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/"
    yield receiver
    server.shutdown()
    thread.join()
    server.server_close()
