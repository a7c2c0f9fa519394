"""A refresh token is revoked by the client it was given to; the emulator revokes any text for anybody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_PATH = "/oauth2/revoke"
# Of the API's errors, those of the address.
_WORDS = {
    "ResourceNotFoundException": "invalid_client",
    "UnauthorizedException": "invalid_client",
    "UnsupportedTokenTypeException": "unsupported_token_type",
}


def install(_: Types) -> None:
    """Checks ``RevokeToken``, and answers ``/oauth2/revoke``, which the emulator lacks."""
    from ministack import app
    from ministack.services import cognito

    require(cognito, "_find_pool_by_client_id", "_token_claims", "_authenticate_client", "_oauth2_error")
    wrap(cognito, "_revoke_token", _checking)
    wrap(app, "_handle_cognito_body_request", _with_address)


def _checking(original: Any) -> Any:
    def revoke(data: Mapping[str, Any]) -> Any:
        from ministack.core.responses import error_response_json
        from ministack.services import cognito

        client = cognito._find_pool_by_client_id(data.get("ClientId"))[2]
        if client is None:
            return error_response_json("ResourceNotFoundException", "User pool client does not exist.", 400)
        if (client.get("ClientSecret") or "") != (data.get("ClientSecret") or ""):
            return error_response_json("UnauthorizedException", "Invalid client credentials.", 400)
        claims = cognito._token_claims(data.get("Token"))
        if claims.get("token_use") in ("access", "id"):
            return error_response_json("UnsupportedTokenTypeException", "Unsupported token type.", 400)
        if claims and claims.get("client_id") != data.get("ClientId"):
            return error_response_json("UnauthorizedException", "The token is of another client.", 400)
        return original(data)

    return revoke


def _with_address(original: Any) -> Any:
    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if (method, path) != ("POST", _PATH):
            return await original(method, path, headers, body, query)
        return _revoke(headers, body)

    return handle


def _revoke(headers: Any, body: bytes) -> Any:
    from ministack.services import cognito

    form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    client, secret = cognito._authenticate_client(headers, form)
    if not form.get("token"):
        return cognito._oauth2_error("invalid_request", "token is required.")
    answer = cognito._revoke_token({"Token": form["token"], "ClientId": client, "ClientSecret": secret})
    if answer[0] == 200:
        return 200, {"Content-Type": "application/json"}, b""
    said = json.loads(answer[2])
    return cognito._oauth2_error(_WORDS.get(str(said["__type"]).rpartition("#")[2], "invalid_request"), said["message"])
