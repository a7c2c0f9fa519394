"""Cognito's trigger at the beginning of a round, which creates the code and mails it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.logs import begin, logger
from handlers.common.mail import send
from handlers.kefir.runtime.settings import settings

_SUBJECT = "Your Kefir login code"
_METADATA_PREFIX = "CODE-"


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Creates a code and mails it to the user. Further rounds have the same code, which is not mailed again. Clients
    see neither the private parameters nor the metadata."""
    begin("kefir", context)
    request = event["request"]
    code = _code_of_earlier_round(request.get("session") or [])
    if code is None:
        code = f"{secrets.randbelow(1_000_000):06d}"
        email = (request.get("userAttributes") or {}).get("email")
        if email and not request.get("userNotFound"):
            _deliver(email, code)
    event["response"] |= {
        "publicChallengeParameters": {"medium": "email"},
        "privateChallengeParameters": {"code": code},
        "challengeMetadata": _METADATA_PREFIX + code,
    }
    return event


def _code_of_earlier_round(rounds: Sequence[Mapping[str, Any]]) -> str | None:
    for each in reversed(rounds):
        metadata = str(each.get("challengeMetadata") or "")
        if metadata.startswith(_METADATA_PREFIX):
            return metadata.removeprefix(_METADATA_PREFIX)
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
        send(sender, email, _SUBJECT, text, html)
    except ServiceError:
        if not logged:
            raise
        logger.warning("The code was logged, but not mailed", exc_info=True)
