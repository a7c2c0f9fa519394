"""A client of SendGrid's Mail Send API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from handlers.common.deadline import Deadline, OutOfTime
from handlers.common.http import NoResponse, Response
from handlers.common.secrets import secret
from handlers.keyvex.shared.http import post_json
from handlers.keyvex.shared.messages import NotProcessed
from handlers.keyvex.shared.settings import settings

ADDRESS = "https://api.sendgrid.com/v3"
_WAITS = (1.0, 2.0)  # seconds before the second and the third attempt
_TIMEOUT = 20.0  # seconds for one attempt
_LONGEST_WAIT = 10.0  # that SendGrid may ask for; beyond it the queue waits
_TEXT = 300  # characters of SendGrid's errors that are told


class NotSent(NotProcessed):
    """SendGrid did not take a request. The text has its status and SendGrid's errors; ``retry_after`` is the seconds
    it asked for."""


class _Error(msgspec.Struct):
    message: str


class _Errors(msgspec.Struct):
    errors: list[_Error]


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
    try:
        answer = post_json(url, headers, body, _TIMEOUT)
    except NoResponse as error:
        text = "did not answer" if error.sent else "cannot be reached"
        return _Attempt(text=f"SendGrid {text} ({error.reason})", again=error.retryable and not error.sent)
    if answer.status == 202:
        return _Attempt(id=answer.headers.get("x-message-id") or "unknown")
    again = answer.status == 429 or answer.status >= 500
    text = f"SendGrid answered {answer.status}: {_errors(answer)}"
    return _Attempt("", text, again, answer.retry_after or 0)


def _errors(answer: Response) -> str:
    try:
        errors = msgspec.json.decode(answer.body, type=_Errors).errors
    except (ValueError, RecursionError):  # msgspec's error is a ValueError
        return "no reason given"
    return "; ".join(one.message for one in errors)[:_TEXT]
