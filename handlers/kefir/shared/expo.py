"""How do messages reach devices? (Expo's push service)"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

MOST_MESSAGES = 100  # in one request
MOST_RECEIPTS = 1000
GONE = "DeviceNotRegistered"

_SEND, _RECEIPTS = "/--/api/v2/push/send", "/--/api/v2/push/getReceipts"
_ATTEMPTS = 3
_PATIENCE = 5.0  # seconds for one attempt
_CREDENTIALS = {401, 403}  # no smaller request would be let in


class ExpoUnavailable(Exception):  # noqa: N818 - says what is the matter
    """Expo did not answer, was too busy, or let nobody in: what was to be sent may be sent later."""


class ExpoRefused(Exception):  # noqa: N818 - says what is the matter
    """Expo will not take this request, as often as it is repeated; something in it may be at fault."""


class Pace:
    """Lets so many through a second, whichever threads they come from: Expo takes 600 messages a project."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._free = 0.0

    def wait(self, number: int) -> None:
        """Waits until ``number`` more may pass."""
        with self._lock:
            now = time.monotonic()
            start = max(now, self._free)
            self._free = start + number / self._rate
        if start > now:
            time.sleep(start - now)


@dataclass(frozen=True, slots=True)
class Expo:
    """Expo at ``base_url``; ``backoff`` is the seconds before a second attempt, twice that before a third.
    ``access_token`` is asked when there is something to send; it returns "" where the project has none."""

    client: httpx.Client
    base_url: str
    access_token: Callable[[], str] = str
    backoff: float = 1.0
    pace: Pace = field(default_factory=lambda: Pace(600))

    def send(self, messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """A ticket for each of at most 100 messages, in their order. Raises `ExpoUnavailable` and `ExpoRefused`."""
        self.pace.wait(len(messages))
        tickets = self._post(_SEND, list(messages))
        if not isinstance(tickets, list) or len(tickets) != len(messages):
            raise ExpoRefused("The tickets do not match the messages.")
        return [ticket if isinstance(ticket, dict) else {} for ticket in tickets]

    def receipts(self, tickets: Sequence[str]) -> dict[str, dict[str, Any]]:
        """What became of at most 1000 tickets, as far as it is known. Raises `ExpoUnavailable` and `ExpoRefused`."""
        found = self._post(_RECEIPTS, {"ids": list(tickets)})
        if not isinstance(found, dict):
            raise ExpoRefused("There are no receipts in the answer.")
        return {ticket: receipt for ticket, receipt in found.items() if isinstance(receipt, dict)}

    def _post(self, path: str, body: Any) -> Any:
        return _persistently(lambda: self._attempt(path, body), self.backoff)

    def _attempt(self, path: str, body: Any) -> Any:
        import httpx
        import msgspec

        token = self.access_token()
        headers = {
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            "content-type": "application/json",
            **({"authorization": f"Bearer {token}"} if token else {}),
        }
        sent = msgspec.json.encode(body)  # as UTF-8: escapes would take a message over its 4096 bytes
        try:
            answer = self.client.post(self.base_url + path, content=sent, headers=headers, timeout=_PATIENCE)
            content = answer.json() if answer.content else {}
        except httpx.HTTPError as error:
            raise ExpoUnavailable(type(error).__name__) from error
        except ValueError:
            content = {}
        if answer.status_code == 200 and isinstance(content, dict) and "data" in content:
            return content["data"]
        raise _failure(answer.status_code, content)


def fault_of(result: Mapping[str, Any]) -> str:
    """What a ticket or a receipt complains about; "" if it does not."""
    if result.get("status") == "ok":
        return ""
    details = result.get("details")
    error = details.get("error") if isinstance(details, dict) else None
    return str(error or result.get("message") or "Unknown error")[:200]


def _failure(status: int, content: Any) -> Exception:
    errors = content.get("errors") if isinstance(content, dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    text = f"HTTP {status} {first.get('code', '')}".strip()
    if status == 429 or status >= 500 or status in _CREDENTIALS or first.get("code") == "TOO_MANY_REQUESTS":
        return ExpoUnavailable(text)
    return ExpoRefused(text)


def _persistently(attempt: Callable[[], Any], backoff: float) -> Any:
    for number in range(_ATTEMPTS):
        try:
            return attempt()
        except ExpoUnavailable:
            if number == _ATTEMPTS - 1:
                raise
            time.sleep(backoff * 2**number)
    raise AssertionError("unreachable")
