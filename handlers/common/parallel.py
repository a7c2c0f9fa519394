"""Background threads, so that a handler can wait for several things at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

WORKERS = 16


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="background")


def run_in_background(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """Starts ``function`` in another thread. Ask for its result before responding: a container may be frozen the
    moment it has responded. A function started here must not wait for another one started here."""
    return _pool().submit(function, *args, **kwargs)
