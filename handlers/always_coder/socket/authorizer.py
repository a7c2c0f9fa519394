"""Who may open a connection: anyone without a token, and the bearer of a valid one."""

from __future__ import annotations

from functools import cache
from typing import Any

from handlers.always_coder.runtime.settings import settings
from handlers.always_coder.tokens.access import InvalidToken, Verifier
from handlers.always_coder.tokens.keys import Keys
from handlers.common import logs
from handlers.common.logs import logger


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """API Gateway's REQUEST authorizer. Its policy covers the stage; its context comes with every later event of the
    connection."""
    logs.begin("always_coder", context)
    token = (event.get("queryStringParameters") or {}).get("token")
    if not token:
        return _answer(event, "Allow", "anonymous", "anonymous", "", authenticated=False)
    try:
        claims = _verifier().claims(token)
    except InvalidToken as error:
        logger.info("token_refused", reason=str(error))
        return _answer(event, "Deny", "unauthorized", "", "", authenticated=False)
    user = claims["sub"]
    return _answer(event, "Allow", user, user, str(claims.get("email") or ""), authenticated=True)


def _answer(
    event: dict[str, Any], effect: str, principal: str, user: str, email: str, *, authenticated: bool
) -> dict[str, Any]:
    stage = "/".join(event["methodArn"].split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": f"{stage}/*"}
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"userId": user, "email": email, "isAuthenticated": "true" if authenticated else "false"},
    }


@cache
def _verifier() -> Verifier:
    own = settings()
    issuer = f"https://cognito-idp.{own.region}.amazonaws.com/{own.user_pool}"
    keys = f"{own.cognito_endpoint}/{own.user_pool}" if own.cognito_endpoint else issuer
    return Verifier(issuer, own.client, Keys(f"{keys}/.well-known/jwks.json"))
