"""Functions run with the SDK and nothing else of the tool's packages, keep their environment after an exception,
report errors and write logs as on AWS, and stay within their memory."""

from __future__ import annotations

import asyncio
import contextvars
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_last = threading.local()  # the invocation whose log is written next in this thread


class Invocation(NamedTuple):
    """What the log is made of: ``started`` is epoch seconds, ``init`` milliseconds, ``peak`` bytes."""

    request_id: str
    started: float
    init: float
    peak: int
    stream: str
    lines: list[tuple[int, str]]


def install(_: Types) -> None:
    """Replaces the emulator's worker, dispatcher, log writer and reaper with ours."""
    from ministack.core import lambda_runtime
    from ministack.services import cloudwatch_logs, lambda_svc

    from pkgops.local.functions import runtimes, sdk
    from pkgops.local.functions.worker import FunctionWorker

    require(lambda_runtime, "Worker", "_account_region_from_function_config", "execution_credentials", "_workers")
    require(lambda_runtime, "DURABLE_ENV_VARS", "INVOKE_DEPTH_ENV", "kill_workers", "_LOCAL_WORKER_TTL", "_lock")
    require(lambda_svc, "_resolve_layer_zip", "_ensure_reaper_thread", "_xray_trace_id_for_invocation")
    require(lambda_svc, "_invoke_depth", "_durable_env_overlay", "acquire_worker", "release_worker")
    require(lambda_svc, "_throttle_response")
    require(cloudwatch_logs, "_log_groups", "_make_group_arn", "_append_log_events")
    require(cloudwatch_logs, "_fanout_to_subscription_filters", "_fanout_to_live_tail_sessions")
    sdk.link(Path(tempfile.gettempdir()) / "sdk")

    def worker_class(original: Any) -> Any:
        return lambda config: FunctionWorker if runtimes.runs_here(config) else original(config)

    wrap(lambda_runtime, "_worker_class_for", worker_class)
    wrap(lambda_svc, "_execute_function_warm", _execute)
    wrap(lambda_svc, "_emit_lambda_logs", _emit)
    wrap(lambda_svc, "reap_idle_workers", lambda _: _reap_idle)
    wrap(lambda_svc, "_invoke", _starting)


def _starting(original: Any) -> Any:
    """A dry run of a function that a debugger attaches to starts its process, so that it can."""
    from ministack.services import lambda_svc

    from pkgops.local.polyfills.lambda_.worker_pool import inspected

    def start(name: str) -> None:
        function = lambda_svc._functions[name]
        if inspected(name) is None or not function.get("code_zip"):
            return
        worker, _ = lambda_svc.acquire_worker(name, function["config"], function["code_zip"], qualifier="$LATEST")
        if worker is None:
            return
        try:
            if worker._proc is None:
                worker._spawn()
        finally:
            lambda_svc.release_worker(worker)

    async def invoke(name: str, event: Any, headers: Any, *rest: Any, **named: Any) -> Any:
        answer = await original(name, event, headers, *rest, **named)
        if answer[0] == 204 and headers.get("x-amz-invocation-type") == "DryRun":
            await asyncio.to_thread(contextvars.copy_context().run, start, name)
        return answer

    return invoke


def _execute(original: Any) -> Any:
    from ministack.services import lambda_svc

    from pkgops.local.functions.runtimes import runs_here

    def execute(func: dict[str, Any], event: Any, request_id: str) -> Any:
        config = func.get("config") or func
        if not (runs_here(config) and func.get("code_zip")):
            return original(func, event, request_id)
        lambda_svc._ensure_reaper_thread()
        qualifier = config.get("Version", "$LATEST")
        worker, _ = lambda_svc.acquire_worker(config["FunctionName"], config, func["code_zip"], qualifier=qualifier)
        if worker is None:
            return lambda_svc._throttle_response("ConcurrentInvocationLimitExceeded", "Rate Exceeded.")
        try:
            result = worker.invoke(
                event,
                request_id,
                trace_id=lambda_svc._xray_trace_id_for_invocation(config),
                invoked_function_arn=config.get("FunctionArn", ""),
                depth=lambda_svc._invoke_depth.get(),
                durable=lambda_svc._durable_env_overlay(),
            )
            _last.invocation = Invocation(
                request_id, worker.began, worker.init_ms, worker.peak, worker.stream, result["lines"]
            )
        finally:
            lambda_svc.release_worker(worker)
        if result["status"] == "ok":
            return {"body": result["result"], "log": result["log"]}
        return {"body": result["body"], "error": True, "log": result["log"]}

    return execute


def _emit(original: Any) -> Any:
    from pkgops.local.functions import logs

    def emit(func: dict[str, Any], request_id: str, *rest: Any, **named: Any) -> None:
        invocation = getattr(_last, "invocation", None)
        if invocation is None or invocation.request_id != request_id:
            original(func, request_id, *rest, **named)
            return
        _last.invocation = None
        config = func.get("config") or func
        duration = max(0.01, (time.time() - invocation.started) * 1000 - invocation.init)
        before, after = logs.platform_lines(
            config, request_id, int(invocation.started * 1000), duration, invocation.init, invocation.peak
        )
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
        logs.write(group, invocation.stream, [*before, *invocation.lines, *after])

    return emit


def _reap_idle(ttl: float | None = None) -> int:
    """Ends every environment that has been idle for ``ttl`` seconds; a cold start is cheap, memory is not."""
    from ministack.core import lambda_runtime as runtime

    from pkgops.local.functions.pool import debugged

    limit = time.time() - (runtime._LOCAL_WORKER_TTL if ttl is None else ttl)
    idle = []
    with runtime._lock:
        for key, workers in list(runtime._workers.items()):
            over = [one for one in workers if not (one.in_use or debugged(one)) and one.last_used < limit]
            idle += over
            kept = [worker for worker in workers if worker not in over]
            if kept:
                runtime._workers[key] = kept
            else:
                del runtime._workers[key]
    runtime.kill_workers(idle)
    return len(idle)
