"""How does the challenge of a one-time code go? (Cognito's triggers, as functions of their events)"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import Any

CHALLENGE = "CUSTOM_CHALLENGE"
ROUNDS = 3
_CODE = "CODE-"


def decide(request: Mapping[str, Any]) -> dict[str, Any]:
    """What comes next: tokens for a right code, an end after three wrong ones, else the challenge. A user who is not
    there is asked like any other, and never gets tokens."""
    rounds = request.get("session") or []
    known = not request.get("userNotFound")
    if known and rounds and rounds[-1].get("challengeName") == CHALLENGE and rounds[-1].get("challengeResult") is True:
        return {"issueTokens": True, "failAuthentication": False}
    if len(rounds) >= ROUNDS:
        return {"issueTokens": False, "failAuthentication": True}
    return {"issueTokens": False, "failAuthentication": False, "challengeName": CHALLENGE}


def pose(request: Mapping[str, Any], deliver: Callable[[str, str], None]) -> dict[str, Any]:
    """The challenge: a new code, given to ``deliver`` with the address it is for; in further rounds the same again,
    which nobody is sent twice. Clients see neither the private parameters nor the metadata."""
    code = _posed(request.get("session") or [])
    if code is None:
        code = f"{secrets.randbelow(1_000_000):06d}"
        email = (request.get("userAttributes") or {}).get("email")
        if email and not request.get("userNotFound"):
            deliver(email, code)
    return {
        "publicChallengeParameters": {"medium": "email"},
        "privateChallengeParameters": {"code": code},
        "challengeMetadata": _CODE + code,
    }


def judge(request: Mapping[str, Any]) -> dict[str, Any]:
    """Whether the answer is the code; how long that takes does not tell how much of it is right."""
    code = (request.get("privateChallengeParameters") or {}).get("code") or ""
    answer = request.get("challengeAnswer")
    right = isinstance(answer, str) and hmac.compare_digest(code.encode(), answer.encode())
    return {"answerCorrect": right and bool(code) and not request.get("userNotFound")}


def _posed(rounds: list[Mapping[str, Any]]) -> str | None:
    for each in reversed(rounds):
        metadata = str(each.get("challengeMetadata") or "")
        if metadata.startswith(_CODE):
            return metadata.removeprefix(_CODE)
    return None
