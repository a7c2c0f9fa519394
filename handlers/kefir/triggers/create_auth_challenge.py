"""Cognito's trigger at the beginning of a round, which counts codes, creates one and mails it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.logs import begin, logger
from handlers.common.mail import send
from handlers.kefir.login import attempts
from handlers.kefir.login.challenge import CODE_ID, DIGITS, LIMITED
from handlers.kefir.login.codes import Code, new_code, save_code
from handlers.kefir.login.limits import count_code
from handlers.kefir.runtime.settings import settings
from handlers.kefir.runtime.table import diary_table

_SUBJECT = "Your Kefir login code"
_METADATA_PREFIX = "CODE-"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Creates a code and mails it to the user. Further rounds have the same code, which is not mailed again. Clients
    see neither the private parameters nor the metadata.

    Every login passes here, whether it began at our API or at Cognito itself. A mailbox that has had as many codes as
    it may gets a challenge that no answer solves: an error would move the function's metrics for anyone who asks.
    """
    begin("kefir", context)
    code = _code_of_earlier_round(event["request"].get("session") or []) or _new_code(event)
    event["response"] |= {
        "publicChallengeParameters": {"medium": "email", **({CODE_ID: code.id} if code.id else {LIMITED: "true"})},
        "privateChallengeParameters": {CODE_ID: code.id, DIGITS: code.digits},
        "challengeMetadata": f"{_METADATA_PREFIX}{code.digits}-{code.id}",
    }
    return event


def _new_code(event: Mapping[str, Any]) -> Code:
    """A code that was sent; one without id and digits for a mailbox that gets no more. Called again after a call that
    did not end, it has the code of that. A user who does not exist is counted like any other, by the name the client
    sent, so that nobody learns of it."""
    request, now = event["request"], datetime.now(UTC)
    unknown = bool(request.get("userNotFound"))
    attributes = request.get("userAttributes") or {}
    email = str(event.get("userName", "") if unknown else attributes["email"]).lower()
    table = diary_table()
    code = None if unknown else attempts.resume(table, email, now)
    if code is None:
        if not count_code(table, email, now):
            return Code("", "")
        code = new_code()
        if unknown:
            return code
        save_code(table, email, code, now)
        attempts.begin(table, email, code, now)
    _deliver(email, code.digits)
    attempts.end(table, email, code)
    return code


def _code_of_earlier_round(rounds: Sequence[Mapping[str, Any]]) -> Code | None:
    for each in reversed(rounds):
        metadata = str(each.get("challengeMetadata") or "")
        if metadata.startswith(_METADATA_PREFIX):
            digits, _, code_id = metadata.removeprefix(_METADATA_PREFIX).partition("-")
            return Code(code_id, digits)
    return None


def _deliver(email: str, code: str) -> None:
    """Mails a code. On developers' stages the log has it too, which is enough if the mail cannot be sent; on other
    stages that raises `ServiceError`, so that the login does not go on without its code."""
    sender, logged = settings().from_email, settings().codes_logged
    if logged:
        logger.info("One-time code", extra={"email": email, "code": code})
        if not sender:
            return
    text = f"Your code to log in to Kefir is {code}.\n\nIt is valid for three minutes. Ignore it if you did not ask.\n"
    html = f"<p>Your code to log in to Kefir is</p><p><strong>{code}</strong></p>"
    html += "<p>It is valid for three minutes. Ignore it if you did not ask.</p>"
    try:
        send(sender, email, _SUBJECT, text, html, quick=True)  # Cognito waits five seconds
    except ServiceError:
        if not logged:
            raise
        logger.warning("The code was logged, but not mailed", exc_info=True)
