"""Cognito's trigger before a user is created, which admits and confirms those who log in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from handlers.kefir.login.sign_up_proofs import FIELD, is_proven
from handlers.kefir.runtime.table import diary_table

_BY_OPERATOR = "PreSignUp_AdminCreateUser"  # whoever may do that has credentials of the account


class SignUpRefused(Exception):  # noqa: N818 - names the outcome
    """Cognito shows the message to whoever signs up."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Confirms the user and the address at once: only the mailbox's reader can log in, which proves as much. Refuses
    users who sign up at Cognito itself: they could choose a password for an address that is not theirs."""
    if event["triggerSource"] == _BY_OPERATOR:
        return event
    request = event["request"]
    email = str(request["userAttributes"].get("email", "")).lower()
    proof = (request.get("validationData") or {}).get(FIELD)
    if not proof or not is_proven(diary_table(), email, str(proof), datetime.now(UTC)):
        raise SignUpRefused("Sign up by logging in: POST /auth/login.")
    event["response"] |= {"autoConfirmUser": True, "autoVerifyEmail": True}
    return event
