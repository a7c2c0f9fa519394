"""Why is a message a dead letter? What it says itself of the failure, and what the function logged that failed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from pkgops.logs.invocation import of_request
from pkgops.logs.parser import parse

if TYPE_CHECKING:
    from pkgops.build.functions import Function
    from pkgops.logs.line import LogLine
    from pkgops.ports.logs import LogEvent, Logs
    from pkgops.ports.queues import QueueMessage

_MOST_EVENTS = 20_000  # of a function's log that are looked through
_MOST_LINES = 20  # that are shown of a failure
_FAILURES = ("ERROR", "CRITICAL")
_REASONS = ("reason", "error", "cause")  # fields that say why
_EARLIER = 2_000  # milliseconds that clocks may differ


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a message failed. ``text`` is a sentence, "" if nothing is known; ``request`` the id by which the logs know
    the invocation that failed last, "" if they do not; ``lines`` of its log. They are ``sure`` if the log has named the
    message, else only errors since it was sent."""

    text: str = ""
    function: str = ""
    request: str = ""
    lines: tuple[LogLine, ...] = ()
    sure: bool = False


def causes(
    messages: Sequence[QueueMessage], consumers: Sequence[Function], others: Sequence[Function], logs: Logs
) -> list[Cause]:
    """The cause of each message, in their order; ``consumers`` are the functions that have failed on them, ``others``
    those that may have sent them here as failed invocations."""
    if not messages:
        return []
    since = min((_sent(one) for one in messages), default=0) - _EARLIER
    read = _Logs(logs, since)
    return [_cause(one, consumers, others, read) for one in messages]


def is_failure(message: QueueMessage) -> bool:
    """Whether a message says itself that it is one of an invocation that has failed."""
    return any(_told(message))


class _Logs:
    """The events of functions since a time, each function read once."""

    def __init__(self, logs: Logs, since: int) -> None:
        self._logs = logs
        self._since = max(since, 0)
        self._read: dict[str, list[LogEvent]] = {}

    def of(self, function: Function) -> list[LogEvent]:
        """Its events, in order."""
        if function.log_group not in self._read:
            events = islice(self._logs.fetch(function.log_group, self._since, None), _MOST_EVENTS)
            self._read[function.log_group] = sorted(events, key=lambda event: event.time)
        return self._read[function.log_group]


def _cause(message: QueueMessage, consumers: Sequence[Function], others: Sequence[Function], read: _Logs) -> Cause:
    text, request, name = _told(message)
    known = [one for one in others if name and one.name == name] or list(consumers)
    for function in known:
        lines = _lines(function, of_request(read.of(function), request or message.id))
        if lines:
            found = request or next((line.request_id for line in reversed(lines) if line.request_id), message.id)
            return Cause(text or _last_error(lines, request or message.id), function.name, found, _shown(lines), True)
    if text:
        return Cause(text, name, request)
    for function in known:
        since = _sent(message) - _EARLIER
        errors = [
            line
            for line in _lines(function, (event for event in read.of(function) if event.time >= since))
            if line.level in _FAILURES
        ]
        if errors:
            return Cause("", function.name, "", tuple(errors[-_MOST_LINES:]))
    return Cause()


def _told(message: QueueMessage) -> tuple[str, str, str]:
    """What Lambda has written into a message about the invocation that failed: a sentence, the request, the function.
    In attributes of the dead letters of functions, in the body of what goes to destinations."""
    given = message.attributes
    if "ErrorMessage" in given or "RequestID" in given:
        text = " ".join(filter(None, (given.get("ErrorMessage", ""), _code(given.get("ErrorCode", "")))))
        return text, given.get("RequestID", ""), ""
    try:
        body: Any = json.loads(message.body)
    except (ValueError, RecursionError):
        return "", "", ""
    context = body.get("requestContext") if isinstance(body, Mapping) else None
    if not isinstance(context, Mapping) or "functionArn" not in context:
        return "", "", ""
    payload = body.get("responsePayload")
    error = payload.get("errorMessage", "") if isinstance(payload, Mapping) else ""
    tries = context.get("approximateInvokeCount")
    text = " ".join(
        filter(None, (str(context.get("condition", "")), str(error), f"after {tries} tries" if tries else ""))
    )
    name = str(context["functionArn"]).partition(":function:")[2].partition(":")[0]
    return text, str(context.get("requestId", "")), name


def _code(status: str) -> str:
    return f"(status {status})" if status else ""


def _sent(message: QueueMessage) -> int:
    """Epoch milliseconds; 0 if it is not known."""
    return int(datetime.fromisoformat(message.sent).timestamp() * 1000) if message.sent else 0


def _lines(function: Function, events: Iterable[LogEvent]) -> list[LogLine]:
    return list(parse(function.short, sorted(events, key=lambda event: event.time)))


def _last_error(lines: Sequence[LogLine], id: str) -> str:
    """The first line of the last error, one with the id before others: an invocation may get several messages. A logger
    with fields has the reason in one of them."""
    failures = [line for line in lines if line.level in _FAILURES]
    named = [line for line in failures if id in line.raw] or failures
    if not named:
        return ""
    reason = next((str(named[-1].fields[name]) for name in _REASONS if named[-1].fields.get(name)), "")
    return ": ".join(filter(None, (named[-1].text.strip().partition("\n")[0], reason)))


def _shown(lines: Sequence[LogLine]) -> tuple[LogLine, ...]:
    """The failures; all lines where none is one."""
    return tuple([line for line in lines if line.level in _FAILURES] or lines)[-_MOST_LINES:]
