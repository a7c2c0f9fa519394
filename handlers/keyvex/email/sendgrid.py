"""A client of SendGrid's Mail Send API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from handlers.common.deadline import Deadline, OutOfTime
from handlers.common.secrets import secret
from handlers.keyvex.shared.messages import NotProcessed
from handlers.keyvex.shared.settings import settings

if TYPE_CHECKING:
    import httpx

ADDRESS = "https://api.sendgrid.com/v3"
_WAITS = (1.0, 2.0)  # seconds before the second and the third attempt
_TIMEOUT = 20.0  # seconds for one attempt
_LONGEST_WAIT = 10.0  # that SendGrid may ask for; beyond it the queue waits
_DAY = 86_400.0
_TEXT = 300  # characters of SendGrid's errors that are told


class NotSent(NotProcessed):
    """SendGrid did not take a request. The text has its status and SendGrid's errors; ``retry_after`` is the seconds
    it asked for."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What became of one attempt: ``id`` if it worked; ``again`` if another one may."""

    id: str = ""
    text: str = ""
    again: bool = False
    retry_after: float = 0


def send(body: Mapping[str, Any], deadline: Deadline) -> str:
    """Sends a request, up to three times while SendGrid is busy or cannot be reached; returns its message id.

    A request whose answer did not come may have been taken, and is not repeated here. Raises `NotSent`,
    `handlers.common.secrets.SecretUnavailable`."""
    own = settings()
    headers = {"Authorization": f"Bearer {secret(own.integration_secrets, 'sendgrid_api_key')}"}
    url = f"{own.sendgrid_base_url or ADDRESS}/mail/send"
    for wait in (*_WAITS, None):
        attempt = _attempt(url, body, headers)
        if attempt.id:
            return attempt.id
        if wait is None or not attempt.again or attempt.retry_after > _LONGEST_WAIT:
            break
        try:
            deadline.wait(max(wait, attempt.retry_after))
        except OutOfTime:
            break
    raise NotSent(attempt.text, attempt.retry_after)


def _attempt(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> _Attempt:
    import httpx

    try:
        answer = _client().post(url, json=body, headers=headers)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return _Attempt(text=f"SendGrid cannot be reached ({type(error).__name__})", again=True)
    except httpx.HTTPError as error:
        return _Attempt(text=f"SendGrid did not answer ({type(error).__name__})")
    if answer.status_code == 202:
        return _Attempt(id=answer.headers.get("X-Message-Id") or "unknown")
    again = answer.status_code == 429 or answer.status_code >= 500
    text = f"SendGrid answered {answer.status_code}: {_errors(answer)}"
    return _Attempt("", text, again, _seconds(answer.headers.get("Retry-After", "")))


def _errors(answer: httpx.Response) -> str:
    try:
        errors = answer.json()["errors"]
        return "; ".join(str(one["message"]) for one in errors)[:_TEXT]
    except (ValueError, KeyError, TypeError):
        return "no reason given"


def _seconds(text: str) -> float:
    """What SendGrid asks for; 0 for what is no number of seconds within a day."""
    return float(text) if text.isdecimal() and float(text) <= _DAY else 0


@cache
def _client() -> httpx.Client:
    import httpx

    return httpx.Client(timeout=_TIMEOUT)
