"""Functions share a limited number of processes: an invocation waits for one, and is refused after a while.

The emulator starts a process for every concurrent invocation. What AWS limits is limited as there: reserved concurrency
refuses at once, also through a version or alias, and an asynchronous event that is refused is tried again for hours.
"""

from __future__ import annotations

import logging
import os
import time
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from pkgops.local import inspection
from pkgops.local.home import HOME_VARIABLE, WORKERS_VARIABLE
from pkgops.local.hooks import request
from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

AFTER = ("lambda_.execution",)  # which decides what a worker is
_PER_CORE, _FEWEST = 16, 32
_STARTS_PER_CORE, _FEWEST_STARTS = 2, 4
_PATIENCE = 25.0  # seconds that an invocation waits: API Gateway gives up after 29
_RETRY_SECONDS = (0.5, 30.0)  # first and longest pause before a refused event is tried again; AWS: a second, 5 minutes
_ACCOUNT_CONCURRENCY = 1000  # as a new account of AWS has; processes are limited here instead
_OLDEST_EVENT = 21_600  # seconds
_NEWEST = "$LATEST"

_asynchronous: ContextVar[bool] = ContextVar("asynchronous", default=False)


def install(_: Types) -> None:
    """Puts our pool in the place of the emulator's register of workers."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    from pkgops.local.functions.pool import Pool

    require(lambda_runtime, "_workers", "_lock", "kill_workers", "_worker_key", "_worker_class_for")
    require(lambda_svc, "_ACCOUNT_CONCURRENCY_CAP", "_functions")
    cores = os.cpu_count() or 1
    size = int(os.environ.get(WORKERS_VARIABLE) or 0) or max(_FEWEST, _PER_CORE * cores)
    starts = max(_FEWEST_STARTS, _STARTS_PER_CORE * cores)
    pool = Pool(size, starts, lambda_runtime._workers, lambda_runtime._lock, lambda_runtime.kill_workers)
    lambda_svc._ACCOUNT_CONCURRENCY_CAP = _ACCOUNT_CONCURRENCY
    wrap(lambda_svc, "acquire_worker", lambda _: _leasing(pool, size))
    wrap(lambda_svc, "release_worker", lambda _: lambda worker: pool.release(worker) if worker else None)
    wrap(lambda_svc, "invalidate_worker", lambda original: _telling(original, pool))
    wrap(lambda_svc, "_reserved_concurrency", _of_the_function)
    wrap(lambda_svc, "invoke_async_with_retry", _marking)
    wrap(lambda_svc, "_execute_function", _patient)


def _leasing(pool: Any, size: int) -> Any:
    from ministack.core import lambda_runtime

    from pkgops.local.functions import runtimes
    from pkgops.local.functions.pool import Wanted, debugged

    def lease(name: str, config: dict[str, Any], code: bytes, qualifier: str = "$LATEST", **_: Any) -> tuple[Any, str]:
        key = lambda_runtime._worker_key(name, config, qualifier)

        def make() -> Any:
            return lambda_runtime._worker_class_for(config)(name, config, code)

        asynchronous = _asynchronous.get()
        looked_into = inspected(name) if runtimes.is_python(config) else None
        wanted = Wanted(key, config, code, make, not asynchronous and _from_a_function(), looked_into)
        worker = pool.lease(wanted, None if asynchronous or debugged(wanted) else _PATIENCE)
        if worker is None:
            text = (
                "%s waited %.0f seconds for one of %d processes of functions and was refused; [local] workers sets it"
            )
            logging.getLogger("pkgops").warning(text, name, _PATIENCE, size)
            return None, "func_cap"
        return worker, "leased"

    return lease


def inspected(name: str) -> Any:
    """Who looks into a function's processes; None if nobody does."""
    home = os.environ.get(HOME_VARIABLE)
    return inspection.find(Path(home), name) if home else None


def _from_a_function() -> bool:
    """True for a request that a function sends with the SDK: it waits for the answer, and keeps its own process."""
    from ministack.core.lambda_runtime import INVOKE_DEPTH_HEADER

    return any(name.lower() == INVOKE_DEPTH_HEADER.lower() for name, _ in request.headers.get())


def _telling(original: Any, pool: Any) -> Any:
    """New code of a function ends its idle processes; those with an invocation finish it, as on AWS, and the pool gives
    them no other one. The processes of a deleted function end at once."""
    from ministack.core import lambda_runtime

    def invalidate(
        name: str, qualifier: str | None = None, account: str | None = None, region: str | None = None
    ) -> None:
        if qualifier == _NEWEST:
            lambda_runtime.kill_workers(_idle(lambda_runtime, name, account, region))
        else:
            original(name, qualifier=qualifier, account=account, region=region)
        pool.refresh()

    return invalidate


def _idle(runtime: Any, name: str, account: str | None, region: str | None) -> list[Any]:
    """The idle processes of what was a function's newest code, which leave the register."""
    found = []
    with runtime._lock:
        for key in list(runtime._workers):
            *where, function, version = key.split(":")
            if (function, version) == (name, _NEWEST) and {account, region} - {None} <= set(where):
                found += [one for one in runtime._workers[key] if not one.in_use]
                runtime._workers[key] = [one for one in runtime._workers[key] if one.in_use]
    return found


def _of_the_function(original: Any) -> Any:
    """A version has no concurrency of its own: it shares what is reserved for its function."""
    from ministack.services import lambda_svc

    def reserved(func: dict[str, Any], config: dict[str, Any]) -> int | None:
        whole = lambda_svc._functions.get(config.get("FunctionName")) or func
        found: int | None = original(whole, config)
        return found

    return reserved


def _marking(original: Any) -> Any:
    def invoke(*arguments: Any, **named: Any) -> None:
        before = _asynchronous.set(True)
        try:
            original(*arguments, **named)  # in a thread, which takes the context with it
        finally:
            _asynchronous.reset(before)

    return invoke


def _patient(original: Any) -> Any:
    """Tries an asynchronous event again for as long as the function's concurrency is used up."""
    from ministack.services import lambda_svc

    def execute(func: dict[str, Any], event: Any) -> Any:
        result = original(func, event)
        settings = func.get("event_invoke_config") or {}
        deadline = time.time() + int(settings.get("MaximumEventAgeInSeconds", _OLDEST_EVENT))
        pause, longest = _RETRY_SECONDS
        name = (func.get("config") or func).get("FunctionName")
        while _asynchronous.get() and result.get("throttle") and name in lambda_svc._functions:
            if time.time() + pause > deadline:
                break
            time.sleep(pause)
            pause = min(2 * pause, longest)
            result = original(func, event)
        return result

    return execute
