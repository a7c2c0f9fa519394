"""How does a handler do two things at once?"""

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
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="beside")


def beside(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """Starts ``function`` in another thread. Ask for its result before answering: a container may be frozen
    the moment it has answered. What runs here must not wait for something else started here."""
    return _pool().submit(function, *args, **kwargs)
