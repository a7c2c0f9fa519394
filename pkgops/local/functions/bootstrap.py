"""The program of a function's process.

Run by path with ``python -I -S``, in an interpreter that sees the standard library and nothing of the tool: so
it imports nothing of the tool either. Standard input and output carry one JSON document a line; what the
handler prints goes to standard error, with `END` behind each invocation. A newline inside one log record
travels as `BREAK`, so that a traceback stays one event.
"""

from __future__ import annotations

import contextlib
import decimal
import functools
import importlib
import json
import logging
import os
import sys
import time
import traceback
from typing import Any

END = b"\x00end\n"
BREAK = "\x1e"
_HEADROOM = 512 * 1024 * 1024  # above the memory size: threads reserve more than they use
_LARGEST_RESPONSE = 6 * 1024 * 1024 + 100  # bytes that AWS Lambda takes from a runtime


class Context:
    """The second argument of a handler."""

    def __init__(self, call: dict[str, Any]) -> None:
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.invoked_function_arn = call["arn"]
        self.aws_request_id = call["request_id"]
        self.identity = None
        self.client_context = None
        self._deadline = time.monotonic() + call["seconds"]

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class Records(logging.Handler):
    """The root logger's handler: AWS's text or JSON line, one write for each record."""

    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self.request_id = ""
        self._as_json = as_json

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one record."""
        try:
            sys.stderr.write(self._line(record).replace("\n", BREAK) + "\n")
        except Exception:
            self.handleError(record)

    def _line(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        if self._as_json:
            return json.dumps(self._fields(record, stamp), default=str)
        text = f"[{record.levelname}]\t{stamp}.{int(record.msecs):03d}Z\t{self.request_id}\t{record.getMessage()}"
        return text + ("\n" + self._trace(record) if record.exc_info else "")

    def _fields(self, record: logging.LogRecord, stamp: str) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "timestamp": f"{stamp}Z",
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": self.request_id,
        }
        if record.exc_info:
            fields["stackTrace"] = self._trace(record).splitlines()
        return fields

    @staticmethod
    def _trace(record: logging.LogRecord) -> str:
        return "".join(traceback.format_exception(*record.exc_info)).rstrip() if record.exc_info else ""


@functools.cache
def _sibling(name: str) -> Any:
    """A module beside this one, which is on no path of the function's and hides none of its modules."""
    sys.path.insert(0, __file__.rpartition(os.sep)[0])
    module = importlib.import_module(name)
    del sys.path[0], sys.modules[name]
    return module


def main() -> None:
    """Initializes the function, then answers invocations until standard input ends."""
    calls, answers = _take_streams()
    start = json.loads(calls.readline())
    _limit(start["memory"])
    records = _configure_logging(start["log_format"], start["log_level"])
    sys.path[:0] = start["path"]
    _sibling("tracebacks").shorten_names(start["path"][0])
    sys.path.append(start["sdk"])
    sys.meta_path.insert(0, _sibling("sdk_hooks").SdkHooks())
    if start.get("debugger"):
        _sibling("debugging").listen(start["debugger"])
    profile = _sibling("profiling").Profile() if start.get("profile") else None
    handler = _load(start["handler"])
    _answer(answers, handler if isinstance(handler, bytes) else _started(profile))
    if isinstance(handler, bytes):
        return
    for line in calls:
        call = json.loads(line)
        records.request_id = call["request_id"]
        _set_environment(call["environment"])
        answer = _invoke(handler, call)
        _answer(answers, answer if profile is None else _with_profile(answer, profile))


def _started(profile: Any) -> bytes:
    return b"{}" if profile is None else _with_profile(b"{}", profile)


def _with_profile(answer: bytes, profile: Any) -> bytes:
    return json.dumps({**json.loads(answer), "profile": profile.taken()}).encode()


def _take_streams() -> tuple[Any, Any]:
    """Private copies of standard input and output; the handler's own input is empty, its output the log."""
    calls = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    return calls, answers


def _answer(answers: Any, answer: bytes) -> None:
    """Log first, then the end mark in the log, then the answer, one JSON object."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(2, END)
    answers.write(answer + b"\n")
    answers.flush()


def _limit(megabytes: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        limit = megabytes * 1024 * 1024 + _HEADROOM
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _configure_logging(log_format: str, level: str) -> Records:
    records = Records(log_format == "JSON")
    root = logging.getLogger()
    root.addHandler(records)
    if level:
        root.setLevel({"TRACE": "DEBUG", "FATAL": "CRITICAL"}.get(level, level))
    return records


def _load(name: str) -> Any:
    """The handler, or the error answer if there is none. What the module raises is its own error, and its exit the
    end of this process."""
    module_name, _, function = name.replace("/", ".").rpartition(".")
    if not module_name:
        text = f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)"
        return _failure(None, "Runtime.MalformedHandlerName", text)
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        return _failure(error, "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}")
    except SyntaxError as error:
        return _failure(error, "Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}")
    except Exception as error:
        return _failure(error)
    try:
        return getattr(module, function)
    except AttributeError:
        text = f"Handler '{function}' missing on module '{module_name}'"
        return _failure(None, "Runtime.HandlerNotFound", text)


def _set_environment(changes: dict[str, str | None]) -> None:
    for name, value in changes.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _invoke(handler: Any, call: dict[str, Any]) -> bytes:
    request_id = call["request_id"]
    try:
        result = handler(call["event"], Context(call))
    except Exception as error:
        return _failure(error, request_id=request_id)
    try:
        data = json.dumps(result, default=_number, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        text = f"Unable to marshal response: {error}"
        return _failure(error, "Runtime.MarshalError", text, request_id)
    if len(data) > _LARGEST_RESPONSE:
        text = f"Response payload size exceeded maximum allowed payload size ({_LARGEST_RESPONSE} bytes)."
        return _failure(None, "Function.ResponseSizeTooLarge", text, request_id)
    return b'{"result":' + data + b"}"


def _number(value: Any) -> Any:
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _failure(error: Exception | None, kind: str = "", text: str = "", request_id: str = "") -> bytes:
    """Logs the error as AWS does and returns the payload a caller sees; ``error`` is what has a traceback."""
    kind, text = kind or type(error).__name__, (text or str(error)).encode(errors="backslashreplace").decode()
    trace = traceback.format_tb(error.__traceback__) if error else []
    frames = [frame for frame in trace if __file__ not in frame]
    earlier = _sibling("tracebacks").earlier(error) if error else ""
    report = f"[ERROR] {kind}: {text}\n{earlier}Traceback (most recent call last):\n{''.join(frames)}".rstrip()
    sys.stderr.write(report.replace("\n", BREAK) + "\n")
    body = {"errorMessage": text, "errorType": kind, "requestId": request_id, "stackTrace": frames}
    return json.dumps({"error": body}).encode()


if __name__ == "__main__":
    main()
