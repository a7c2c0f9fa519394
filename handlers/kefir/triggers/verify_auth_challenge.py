"""Cognito's trigger at the end of a round, which checks the code."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Any

from handlers.kefir.login.challenge import CODE_ID, DIGITS
from handlers.kefir.login.codes import count_guess
from handlers.kefir.runtime.table import diary_table


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Compares the answer with the code, in a time that does not depend on how much of it is right. Guesses are counted
    here, too: those of one session may arrive at the same moment, before Cognito has counted any of them."""
    request = event["request"]
    sent = request.get("privateChallengeParameters") or {}
    code, answer = sent.get(DIGITS) or "", request.get("challengeAnswer")
    right = isinstance(answer, str) and hmac.compare_digest(code.encode(), answer.encode())
    possible = bool(code) and not request.get("userNotFound")
    event["response"] |= {"answerCorrect": possible and _counted(request, sent.get(CODE_ID, "")) and right}
    return event


def _counted(request: dict[str, Any], code_id: str) -> bool:
    email = str(request["userAttributes"]["email"]).lower()
    return count_guess(diary_table(), email, code_id, datetime.now(UTC))
