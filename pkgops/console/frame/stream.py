"""Events that reach a page as they happen: what a blocking iterator yields, as server-sent events."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from starlette.responses import StreamingResponse

from pkgops.errors import PkgopsError

_WAITING = 500  # events for a page that reads more slowly than they come; more are not read
_PAUSE = 15.0  # seconds without an event after which a comment keeps the connection

Produce = Callable[[threading.Event], Iterator[Any]]


def stream(produce: Produce) -> StreamingResponse:
    """Sends what ``produce`` yields, as JSON. It runs in a thread of its own, and gets an event that is set when the
    page is gone. An error becomes ``{"error": sentence}``, which ends the stream."""
    return StreamingResponse(_events(produce), media_type="text/event-stream")


async def _events(produce: Produce) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Any] = asyncio.Queue(_WAITING)
    stop = threading.Event()
    threading.Thread(target=_read, args=(produce, stop, loop, queue), daemon=True).start()
    yield ": open\n\n"
    try:
        while True:
            try:
                item = await asyncio.wait_for(queue.get(), _PAUSE)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if item is None:
                yield "event: end\ndata: {}\n\n"
                return
            yield f"data: {json.dumps(item)}\n\n"
    finally:
        stop.set()


def _read(produce: Produce, stop: threading.Event, loop: asyncio.AbstractEventLoop, queue: asyncio.Queue[Any]) -> None:
    try:
        for item in produce(stop):
            if not _hand_over(item, stop, loop, queue):
                return
    except PkgopsError as error:
        _hand_over({"error": error.message}, stop, loop, queue)
    _hand_over(None, stop, loop, queue)


def _hand_over(item: Any, stop: threading.Event, loop: asyncio.AbstractEventLoop, queue: asyncio.Queue[Any]) -> bool:
    """Waits until there is room; False if the page is gone."""
    if stop.is_set() or loop.is_closed():
        return False
    putting = asyncio.run_coroutine_threadsafe(queue.put(item), loop)
    while not stop.is_set():
        try:
            putting.result(0.5)
            return True
        except TimeoutError:
            continue
    putting.cancel()
    return False
