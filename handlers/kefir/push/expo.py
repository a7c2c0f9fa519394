"""A client of Expo's push service."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.common.http import HttpClient, NoResponse

MAX_MESSAGES = 100  # in one request
MAX_RECEIPTS = 1000
DEVICE_NOT_REGISTERED = "DeviceNotRegistered"

_SEND, _RECEIPTS = "/--/api/v2/push/send", "/--/api/v2/push/getReceipts"
_ATTEMPTS = 3
# Seconds for one attempt: what Expo accepts after we have stopped waiting would be sent again.
ANSWER = 20.0
CONNECT = 5.0  # seconds
_LEAST = 0.1
_MARKING = 5.0  # seconds at the end of a run without waiting for Expo
# A smaller request would fare no better, and this one was not accepted.
_NOT_ACCEPTED = {401, 403, 429, 503}


class ExpoUnavailable(Exception):  # noqa: N818 - names the condition
    """Expo was not reached, was too busy, or refused the access token: it has not accepted the messages, which may be
    sent again at once."""


class ExpoUnclear(Exception):  # noqa: N818 - names the condition
    """Expo did not say what became of the messages, which it may have accepted: they should not be sent again soon."""


class ExpoRefused(Exception):  # noqa: N818 - names the condition
    """Expo refuses this request however often it is repeated; one of its messages may be the cause."""


class RateLimiter:
    """Limits how many messages are sent a second, by all threads together: Expo accepts 600 of a project."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._free = 0.0

    def wait(self, number: int) -> None:
        """Waits until ``number`` more messages may be sent."""
        with self._lock:
            now = time.monotonic()
            start = max(now, self._free)
            self._free = start + number / self._rate
        if start > now:
            time.sleep(start - now)


@dataclass(frozen=True, slots=True)
class Expo:
    """Expo at ``base_url``; ``backoff`` is the seconds before the second attempt, twice that before the third.
    ``access_token`` is called when there is something to send; it returns "" for a project without one.
    ``seconds_left`` is the time until the run must end, ``answer`` the seconds an answer may take."""

    client: HttpClient
    base_url: str
    access_token: Callable[[], str] = str
    backoff: float = 1.0
    limiter: RateLimiter = field(default_factory=lambda: RateLimiter(600))
    seconds_left: Callable[[], float] = lambda: math.inf
    answer: float = ANSWER

    def send(self, messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """A ticket for each of at most 100 messages, in their order. Raises `ExpoUnavailable`, `ExpoUnclear` and
        `ExpoRefused`."""
        self.limiter.wait(len(messages))
        tickets = self._post(_SEND, list(messages))
        if not isinstance(tickets, list) or len(tickets) != len(messages):
            raise ExpoUnclear("The tickets do not match the messages.")
        return [ticket if isinstance(ticket, dict) else {} for ticket in tickets]

    def receipts(self, tickets: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The receipts of at most 1000 tickets that Expo has so far. Raises as `send`."""
        found = self._post(_RECEIPTS, {"ids": list(tickets)}, (ExpoUnavailable, ExpoUnclear))
        if not isinstance(found, dict):
            raise ExpoUnclear("There are no receipts in the answer.")
        return {ticket: receipt for ticket, receipt in found.items() if isinstance(receipt, dict)}

    def _post(
        self, path: str, body: Any, again: type[Exception] | tuple[type[Exception], ...] = ExpoUnavailable
    ) -> Any:
        """What Expo answers. A request that fails with one of ``again`` is sent again, while there is time."""
        for number in range(_ATTEMPTS):
            try:
                return self._attempt(path, body)
            except again:
                pause = self.backoff * 2**number
                if number == _ATTEMPTS - 1 or self.seconds_left() <= pause + CONNECT + self.answer + _MARKING:
                    raise
                time.sleep(pause)
        raise AssertionError("unreachable")

    def _attempt(self, path: str, body: Any) -> Any:
        import msgspec

        token = self.access_token()
        headers = {
            "accept": "application/json",
            "content-type": "application/json",
            **({"authorization": f"Bearer {token}"} if token else {}),
        }
        content = msgspec.json.encode(body)  # in UTF-8: escapes would make a message longer than its 4096 bytes
        seconds = max(_LEAST, min(self.answer, self.seconds_left() - _MARKING))
        try:
            response = self.client.request("POST", self.base_url + path, seconds, headers, content)
            answer = json.loads(response.body)
        except NoResponse as error:
            raise (ExpoUnclear if error.sent else ExpoUnavailable)(error.reason) from error
        except ValueError:  # no JSON, or nothing at all
            answer = {}
        if response.status == 200 and isinstance(answer, dict) and "data" in answer:
            return answer["data"]
        raise _failure(response.status, answer)


def error_of(result: Mapping[str, Any]) -> str:
    """The error of a ticket or a receipt; "" if there is none."""
    if result.get("status") == "ok":
        return ""
    details = result.get("details")
    error = details.get("error") if isinstance(details, dict) else None
    return str(error or result.get("message") or "Unknown error")[:200]


def _failure(status: int, answer: Any) -> Exception:
    errors = answer.get("errors") if isinstance(answer, dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    text = f"HTTP {status} {first.get('code', '')}".strip()
    if status in _NOT_ACCEPTED or first.get("code") == "TOO_MANY_REQUESTS":
        return ExpoUnavailable(text)
    return ExpoUnclear(text) if status < 400 or status >= 500 else ExpoRefused(text)
