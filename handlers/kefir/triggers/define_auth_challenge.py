"""Cognito's trigger between the rounds of a login, which decides about the next step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CHALLENGE = "CUSTOM_CHALLENGE"
_MAX_ROUNDS = 3


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Issues tokens for the right code, fails the login after three wrong ones, and presents the challenge otherwise.
    A user who does not exist gets the challenge like any other, and never gets tokens."""
    event["response"] |= _next_step(event["request"])
    return event


def _next_step(request: Mapping[str, Any]) -> dict[str, Any]:
    rounds = request.get("session") or []
    exists = not request.get("userNotFound")
    if exists and rounds and _passed(rounds[-1]):
        return {"issueTokens": True, "failAuthentication": False}
    if len(rounds) >= _MAX_ROUNDS:
        return {"issueTokens": False, "failAuthentication": True}
    return {"issueTokens": False, "failAuthentication": False, "challengeName": _CHALLENGE}


def _passed(last: Mapping[str, Any]) -> bool:
    return last.get("challengeName") == _CHALLENGE and last.get("challengeResult") is True
