"""Who has to set a new password sets one that the pool's policy allows, and the attributes sent with it.

The emulator takes any text, or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_ATTRIBUTE = "userAttributes."


def install(_: Types) -> None:
    """Looks at answers to ``NEW_PASSWORD_REQUIRED``."""
    from ministack.services import cognito

    require(cognito, "_pool_for_client", "_validate_password", "_resolve_user", "_merge_attributes")
    for name in ("_respond_to_auth_challenge", "_admin_respond_to_auth_challenge"):
        wrap(cognito, name, _checking)


def _checking(original: Any) -> Any:
    def answer(data: Mapping[str, Any]) -> Any:
        from ministack.services import cognito

        pool = cognito._pool_for_client(data.get("ClientId"))[0]
        if data.get("ChallengeName") != "NEW_PASSWORD_REQUIRED" or not pool:
            return original(data)
        given = data.get("ChallengeResponses") or {}
        answered = _error(pool, given.get("NEW_PASSWORD")) or original(data)
        user = cognito._resolve_user(pool, given.get("USERNAME"))[0]
        if answered[0] == 200 and user:
            user["Attributes"] = cognito._merge_attributes(user["Attributes"], _attributes(given))
        return answered

    return answer


def _error(pool: Any, password: Any) -> Any:
    from ministack.core.responses import error_response_json
    from ministack.services import cognito

    if not isinstance(password, str) or not password:
        return error_response_json("InvalidParameterException", "Missing required parameter NEW_PASSWORD", 400)
    return cognito._validate_password(pool, password)


def _attributes(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    named = {name.removeprefix(_ATTRIBUTE): value for name, value in given.items() if name.startswith(_ATTRIBUTE)}
    return [{"Name": name, "Value": value} for name, value in named.items()]
