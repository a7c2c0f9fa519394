"""A challenge is answered with the session it was posed with: without one, nobody sets a password or gets tokens.

The emulator checks sessions of custom challenges and of SRP itself, and takes the others from anybody.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

AFTER = ("cognito.new_passwords",)  # whose answer depends on nothing secret: sessions come first
_CHECKED = {"NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA", "MFA_SETUP", "SMS_MFA"}
_SECONDS = 180  # AWS's default; a client may allow up to fifteen minutes

# session -> (client, challenge, user name, when it was posed)
_posed: dict[str, tuple[str, str, str, float]] = {}


def install(_: Types) -> None:
    """Notes which sessions are handed out, and refuses answers without one of them."""
    from ministack.services import cognito

    require(cognito, "_pool_for_client", "_resolve_user")
    for name in ("_initiate_auth", "_admin_initiate_auth"):
        wrap(cognito, name, _noting)
    for name in ("_respond_to_auth_challenge", "_admin_respond_to_auth_challenge"):
        wrap(cognito, name, _checking)


def _noting(original: Any) -> Any:
    def begin(data: Mapping[str, Any]) -> Any:
        return _noted(original(data), str(data.get("ClientId")))

    return begin


def _checking(original: Any) -> Any:
    def answer(data: Mapping[str, Any]) -> Any:
        from ministack.core.responses import error_response_json

        if data.get("ChallengeName") in _CHECKED and not _is_posed(data):
            return error_response_json("NotAuthorizedException", "Invalid session for the user.", 400)
        return _noted(original(data), str(data.get("ClientId")))

    return answer


def _noted(answer: tuple[int, Any, Any], client: str) -> tuple[int, Any, Any]:
    content = json.loads(answer[2]) if answer[0] == 200 else {}
    if content.get("ChallengeName") in _CHECKED and content.get("Session"):
        now, user = time.time(), content.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", "")
        for session in [old for old, row in _posed.items() if row[3] + _SECONDS < now]:
            _posed.pop(session, None)
        _posed[content["Session"]] = (client, content["ChallengeName"], user, now)
    return answer


def _is_posed(data: Mapping[str, Any]) -> bool:
    from ministack.services import cognito

    client, challenge, user, since = _posed.get(str(data.get("Session")), ("", "", "", 0.0))
    pool = cognito._pool_for_client(data.get("ClientId"))[0]
    if not pool or (client, challenge) != (data.get("ClientId"), data.get("ChallengeName")):
        return False
    named = cognito._resolve_user(pool, (data.get("ChallengeResponses") or {}).get("USERNAME"))[0]
    return named is not None and named is cognito._resolve_user(pool, user)[0] and time.time() < since + _SECONDS
