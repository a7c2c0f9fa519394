"""The AWS clients of handlers.

They are created on first use or, where almost every request needs one, while the function is initialized (`prepare`),
and kept for the life of the container. What they are like is said in `handlers.common.sdk`.
"""

from __future__ import annotations

import gc
import os
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

try:
    from snapshot_restore_py import register_after_restore  # type: ignore[import-not-found]
except ImportError:  # only Lambda's runtime has it, and only where functions may start from a snapshot
    pass
else:
    register_after_restore(random.seed)  # one snapshot starts many functions, whose pauses must not be the same

# Every exception an AWS call may raise.
ServiceError = (ClientError, BotoCoreError)

_LOCK = threading.Lock()
_CLIENTS: dict[tuple[str, int, float, str], Any] = {}


def prepare(service: str) -> None:
    """Makes the client of ``service`` now if a function is being initialized: its first request then does not wait for
    that, with the share of a processor its memory size gives it. Elsewhere, as in tests, nothing happens."""
    if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
        client(service)


def client(service: str, attempts: int = 3, read_timeout: float = 5, endpoint: str = "") -> Any:
    """The client of ``service``. A call that the network, the server or throttling makes fail is attempted at most
    ``attempts`` times, and each attempt waits so many seconds for its response. ``endpoint`` is the URL of a service
    that has one for each API."""
    key = (service, attempts, read_timeout, endpoint)
    found = _CLIENTS.get(key)
    if found is None:
        with _LOCK, _uncollected():  # sessions are not thread-safe
            found = _CLIENTS.get(key)
            if found is None:
                from handlers.common import sdk  # 0.1 s: only for functions that call AWS

                found = _CLIENTS[key] = sdk.create(*key)
    return found


@contextmanager
def _uncollected() -> Iterator[None]:
    """What is made in here, the SDK's modules above all, is kept: looking for garbage in it would take half the time of
    S3's client, and once more in the first collection afterwards."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
