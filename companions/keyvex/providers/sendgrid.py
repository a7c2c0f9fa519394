"""SendGrid's v3 Mail Send API."""

from __future__ import annotations

import json
import re
import threading
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from companions.common.server import Answer, Request, document

PATH = "/sendgrid/v3/mail/send"
MOST = 1000  # personalizations of a request
_LARGEST = 30 * 1024 * 1024  # bytes of a request
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to one personalization's recipients; ``id`` is the X-Message-Id of its request, ``time`` seconds since
    1970."""

    id: str
    time: float
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str = ""
    html: str = ""
    template: str = ""


class _Refused(Exception):  # noqa: N818 - an expected outcome
    """SendGrid's text and the field it is about."""


def answer(request: Request, mails: list[Mail]) -> Answer:
    """202 without a body, after the mails were added to ``mails``; or why not."""
    if not request.headers.get("authorization", "").removeprefix("Bearer").strip():
        return document(failure(401), 401)
    if len(request.body) > _LARGEST:
        return document(failure(413), 413)
    try:
        body = json.loads(request.body)
        _check(body)
    except _Refused as refused:
        text, field = refused.args
        return document({"errors": [{"message": text, "field": field, "help": None}]}, 400)
    except (ValueError, TypeError, AttributeError, KeyError):
        return document(failure(400), 400)
    with _LOCK:
        id = sha256(request.body + str(len(mails)).encode()).hexdigest()[:22]
        mails.extend(_mails(body, id))
    return Answer(202, b"", {"X-Message-Id": id})


def failure(status: int) -> Any:
    """The document of a failure."""
    texts = {
        400: "Bad Request",
        401: "The provided authorization grant is invalid, expired, or revoked",
        403: "access forbidden",
        413: "The JSON payload you have included in your request is too large.",
        429: "too many requests",
    }
    return {"errors": [{"message": texts.get(status, "internal error"), "field": None, "help": None}]}


def _check(body: Any) -> None:
    personalizations = body.get("personalizations")
    _require(bool(personalizations), "The personalizations field is required and must have at least one.")
    _require(
        len(personalizations) <= MOST,
        f"The personalizations field may have at most {MOST} elements.",
        "personalizations",
    )
    for number, one in enumerate(personalizations):
        _check_recipients(one, f"personalizations.{number}")
    _require(
        bool(_ADDRESS.fullmatch(body.get("from", {}).get("email", ""))), "The from email is invalid.", "from.email"
    )
    if body.get("template_id"):
        return
    subjects = [one.get("subject") or body.get("subject") for one in personalizations]
    _require(all(subjects), "The subject is required. You can get around this requirement with a template.", "subject")
    _check_content(body.get("content"))


def _check_recipients(one: Any, field: str) -> None:
    addresses = [to.get("email", "") for kind in ("to", "cc", "bcc") for to in one.get(kind, [])]
    _require(bool(one.get("to")), "The to array is required for all personalization objects.", f"{field}.to")
    for address in addresses:
        text = "Does not contain a valid address."
        _require(bool(_ADDRESS.fullmatch(address)), text, f"{field}.to.0.email")
    unique = len({address.lower() for address in addresses}) == len(addresses)
    _require(unique, "Each email address in the personalization block should be unique.", field)


def _check_content(content: Any) -> None:
    _require(bool(content), "Unless a valid template_id is provided, the content parameter is required.", "content")
    _require(all(one.get("value") for one in content), "The content value must be a string at least one character.")
    kinds = [one["type"] for one in content]
    _require(kinds == sorted(kinds, reverse=True), "If present, text/plain must be first, then text/html.", "content")


def _require(met: bool, text: str, field: str | None = None) -> None:
    if not met:
        raise _Refused(text, field)


def _mails(body: Any, id: str) -> list[Mail]:
    content = {one["type"]: one["value"] for one in body.get("content", [])}
    return [
        Mail(
            id,
            time.time(),
            body["from"]["email"],
            tuple(to["email"] for kind in ("to", "cc", "bcc") for to in one.get(kind, [])),
            one.get("subject") or body.get("subject") or "",
            content.get("text/plain", ""),
            content.get("text/html", ""),
            body.get("template_id") or "",
        )
        for one in body["personalizations"]
    ]
