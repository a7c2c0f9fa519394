"""A refresh token of the hosted pages is taken from its client alone, with the client's secret if it has one.

The emulator keeps a list of such tokens, and asks less of them than of those its API has given out, which it can check
as well. So the list is kept empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Forgets the token after an exchange, and says how long the tokens of a refresh are valid."""
    from ministack.services import cognito

    require(cognito, "_refresh_tokens", "_token_claims", "_authenticate_client")
    wrap(cognito, "_oauth2_token", _checked)


def _checked(original: Any) -> Any:
    def exchange(data: Any, query: Any, raw_body: bytes = b"", headers: Mapping[str, str] | None = None) -> Any:
        from ministack.services import cognito

        form = {name: values[0] for name, values in parse_qs(raw_body.decode("utf-8", "replace")).items()}
        refreshing = form.get("grant_type") == "refresh_token"
        if refreshing and not cognito._authenticate_client(headers or {}, form)[0]:
            return cognito._oauth2_error("invalid_request", "client_id is required.")
        status, answered, body = original(data, query, raw_body, headers)
        if status != 200:
            return status, answered, body
        given = json.loads(body)
        cognito._refresh_tokens.pop(given.get("refresh_token"), None)
        if refreshing:
            claims = cognito._token_claims(given["access_token"])
            given["expires_in"] = claims["exp"] - claims["iat"]
        return status, answered, json.dumps(given).encode()

    return exchange
