"""A role is assumed with a web identity only by a token the emulator has signed: it cannot check those of others, so
anybody could write one."""

from __future__ import annotations

import time
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_OWN = ("https://cognito-idp.", "https://cognito-identity.amazonaws.com")


def install(_: Types) -> None:
    """Checks the token's signature before the role's trust policy."""
    from ministack.services import cognito, sts

    require(cognito, "_signature_valid", "_token_claims")
    require(sts, "_error", "_p")
    wrap(sts, "_web_identity_trust_denied", _checked)


def _checked(original: Any) -> Any:
    from ministack.services import cognito, sts

    def denied(role_arn: str, params: Any, use_json: bool) -> Any:
        token = sts._p(params, "WebIdentityToken")
        claims = cognito._token_claims(token) or {}
        issuer, expires = str(claims.get("iss", "")), claims.get("exp")
        if not issuer.startswith(_OWN) or not cognito._signature_valid(token):
            text = f"The emulator cannot check tokens of {issuer or 'nobody'}: only those of its own Cognito pools."
            return sts._error(400, "InvalidIdentityToken", text, ns="sts")
        if not isinstance(expires, int | float) or expires < time.time():
            return sts._error(400, "ExpiredTokenException", "The web identity token has expired.", ns="sts")
        return original(role_arn, params, use_json)

    return denied
