"""The worker with which the emulator's pool runs functions of Python and of Node.js in our processes.

The emulator leases workers from a pool (one invocation each at a time) and expects ``invoke``. Its own worker
runs handlers with the server's packages and environment, waits 50 ms for a log that may not come, and restarts
after every exception; this one does not.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from pkgops.local.functions import looking, runtimes
from pkgops.local.functions.environment import environment
from pkgops.local.functions.pool import debugged
from pkgops.local.functions.process import FunctionProcess, Outcome
from pkgops.local.functions.unpacked import unpack
from pkgops.local.inspection import Inspection

_INIT_SECONDS = 10.0  # what AWS gives a function to initialize


class FunctionWorker(lambda_runtime.Worker):  # type: ignore[misc]
    """An execution environment. ``stream`` is its log stream, ``began`` when its last invocation did, in epoch seconds,
    and ``init_ms`` what the cold start in it took (0 if it was warm): as on AWS, neither has what it takes to unpack
    code. ``peak`` is the most memory it has used, in bytes; ``on_started(worker)`` is called when its process has
    initialized, or has failed to."""

    _proc: FunctionProcess | None

    def __init__(self, name: str, config: dict[str, Any], code: bytes) -> None:
        super().__init__(name, config, code)
        version = config.get("Version", "$LATEST")
        self.stream = f"{datetime.now(UTC):%Y/%m/%d}/[{version}]{uuid4().hex}"
        self.began = self.init_ms = 0.0
        self.peak = 0
        self.on_started: Callable[[FunctionWorker], None] | None = None
        self.inspected: Inspection | None = None
        self._scratch = Path(tempfile.mkdtemp(prefix="function-"))
        self._tmpdir = str(self._scratch)

    def invoke(
        self,
        event: Any,
        request_id: str,
        *,
        trace_id: str | None = None,
        depth: Any = None,
        durable: dict[str, str] | None = None,
        invoked_function_arn: str | None = None,
    ) -> dict[str, Any]:
        """Runs the handler. ``status`` is ok or error; then ``error`` is text and ``body`` the whole payload.
        ``log`` is the log's text, ``lines`` the same with epoch milliseconds."""
        with self._lock:
            self.began, self.init_ms = time.time(), 0.0
            if self._proc is None or self._proc.poll() is not None:
                failed = self._start(request_id)
                if failed:
                    return failed
            assert self._proc  # noqa: S101 - for the type checker
            seconds = looking.seconds(self.inspected, float(self.config.get("Timeout", 3)))
            changes = {name: (durable or {}).get(name) for name in lambda_runtime.DURABLE_ENV_VARS}
            changes["_X_AMZN_TRACE_ID"] = trace_id
            changes[lambda_runtime.INVOKE_DEPTH_ENV] = None if depth is None else str(depth)
            call = {
                "event": event,
                "request_id": request_id,
                "arn": invoked_function_arn or self.config.get("FunctionArn", ""),
                "seconds": seconds,
                "environment": changes,
            }
            called = time.perf_counter()
            outcome = self._proc.call(call, seconds)
            self.last_used = time.time()
            looking.measured(self.inspected, outcome, time.perf_counter() - called, cold=False)
            return self._result(outcome, request_id, seconds)

    def _spawn(self) -> None:
        """What the emulator calls to start a function ahead of its first invocation."""
        failed = self._start("")
        if failed:
            raise RuntimeError(failed["error"])

    def _start(self, request_id: str) -> dict[str, Any] | None:
        """Starts and initializes a new process; returns the result if that fails. One that takes too long is tried
        once more with the function's own timeout, as on AWS."""
        try:
            code = looking.placed(self.inspected, unpack(self.code_zip, _scratch_directory("code")))
            layers = self._layers()
            self.began, started = time.time(), time.perf_counter()
            seconds = looking.seconds(self.inspected, _INIT_SECONDS)
            outcome = self._initialize(code, layers, seconds)
            if outcome.ended == "timeout":
                seconds = float(self.config.get("Timeout", 3))
                outcome = self._initialize(code, layers, seconds)
        finally:
            if self.on_started:
                self.on_started(self)
        self.init_ms = (time.perf_counter() - started) * 1000
        looking.measured(self.inspected, outcome, self.init_ms / 1000, cold=True)
        if outcome.answer == {}:
            self._cold = False
            return None
        result = self._result(outcome, request_id, seconds)
        self._discard()
        return result

    def _initialize(self, code: Path, layers: list[Path], seconds: float) -> Outcome:
        _, region = lambda_runtime._account_region_from_function_config(self.config)
        variables = environment(
            self.config,
            region,
            lambda_runtime.execution_credentials(self.config),
            f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
            code,
            self._scratch,
        )
        variables["AWS_LAMBDA_LOG_STREAM_NAME"] = self.stream
        variables |= runtimes.variables(self.config, layers)
        memory = looking.memory(self.inspected, int(self.config.get("MemorySize", 128)))
        command = runtimes.command(self.config, memory, debugged=debugged(self))
        self._proc = FunctionProcess(command, code, variables, memory)
        return self._proc.call(self._first_message(code, memory, layers), seconds)

    def _first_message(self, code: Path, memory: int, layers: list[Path]) -> dict[str, Any]:
        logging = self.config.get("LoggingConfig") or {}
        as_json = logging.get("LogFormat") == "JSON"
        return {
            "memory": memory,
            "handler": self.config.get("Handler", ""),
            "path": [str(code), *runtimes.packages(self.config, layers)],
            "sdk": str(_scratch_directory("sdk")),
            "log_format": logging.get("LogFormat", "Text"),
            "log_level": logging.get("ApplicationLogLevel", "INFO") if as_json else "",
            **looking.message(self.inspected),
        }

    def _layers(self) -> list[Path]:
        archives = map(lambda_svc._resolve_layer_zip, self.config.get("Layers") or [])
        return [unpack(archive, _scratch_directory("layers")) for archive in archives if archive]

    def _result(self, outcome: Outcome, request_id: str, seconds: float) -> dict[str, Any]:
        self.peak = max(self.peak, self._proc.peak if self._proc else 0)
        lines = outcome.lines
        body = (outcome.answer or {}).get("error") or _no_answer(outcome, request_id, seconds)
        if outcome.ended:
            lines.append((int(time.time() * 1000), _report(outcome, request_id, seconds)))
            self._proc = None
        result: dict[str, Any] = {"lines": lines, "log": "\n".join(text for _, text in lines)}
        if body:
            return result | {"status": "error", "error": body["errorMessage"], "body": body}
        return result | {"status": "ok", "result": (outcome.answer or {}).get("result")}

    def _discard(self) -> None:
        process, self._proc = self._proc, None
        if process:
            process.terminate()
            with suppress(Exception):
                process.wait(1.0)

    def _discard_tmpdir(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)


def _scratch_directory(name: str) -> Path:
    return Path(tempfile.gettempdir()) / name


def _no_answer(outcome: Outcome, request_id: str, seconds: float) -> dict[str, Any] | None:
    """AWS's payload for a function that did not answer."""
    if not outcome.ended:
        return None
    kind = "Sandbox.Timedout" if outcome.ended == "timeout" else "Runtime.ExitError"
    return {"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {_reason(outcome, seconds)}"}


def _report(outcome: Outcome, request_id: str, seconds: float) -> str:
    if outcome.ended == "timeout":
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return f"{stamp} {request_id} {_reason(outcome, seconds)}"
    return f"RequestId: {request_id} Error: {_reason(outcome, seconds)}\nRuntime.ExitError"


def _reason(outcome: Outcome, seconds: float) -> str:
    if outcome.ended == "timeout":
        return f"Task timed out after {seconds:.2f} seconds"
    if outcome.ended == "memory":
        return "Runtime exited with error: signal: killed"
    if outcome.code < 0:
        return f"Runtime exited with error: signal: {(signal.strsignal(-outcome.code) or 'killed').lower()}"
    if outcome.code == 0:
        return "Runtime exited without providing a reason"
    return f"Runtime exited with error: exit status {outcome.code}"
