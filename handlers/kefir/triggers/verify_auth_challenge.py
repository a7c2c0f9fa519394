"""Cognito's trigger at the end of a round, which checks the code."""

from __future__ import annotations

import hmac
from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Compares the answer with the code, in a time that does not depend on how much of it is right."""
    request = event["request"]
    code = (request.get("privateChallengeParameters") or {}).get("code") or ""
    answer = request.get("challengeAnswer")
    right = isinstance(answer, str) and hmac.compare_digest(code.encode(), answer.encode())
    event["response"] |= {"answerCorrect": right and bool(code) and not request.get("userNotFound")}
    return event
