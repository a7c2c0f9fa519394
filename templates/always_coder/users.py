"""The user pool of Always Coder, its client and its hosted pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import Ref, Sub

from pkgops.kit.user_pool import (
    OAuth,
    Passwords,
    UserPool,
    UserPoolClient,
    user_pool,
    user_pool_client,
    user_pool_domain,
)
from pkgops.scope import Scope

CALLBACKS = ("http://localhost:3000/api/auth/callback/cognito", "http://localhost:3000/auth/callback")
LOGOUTS = ("http://localhost:3000",)
DOMAIN = "always-coder-{stage}-${AWS::AccountId}"


@dataclass(frozen=True, slots=True)
class Users:
    """References to the ids of the pool and of the app client users log in through."""

    id: Any
    client: Any


def add(scope: Scope) -> Users:
    """Adds the pool, the client that the CLI and the web page share, and the domain of the hosted pages."""
    row = UserPool(
        "always-coder-{stage}-users",
        subject="Your Always Coder code",
        message="Your Always Coder verification code is {####}",
        passwords=Passwords(length=8, lowercase=True, uppercase=True, numbers=True),
        mutable_email=True,
        retained=scope.stage.production,
    )
    pool = user_pool(scope, row)
    client = user_pool_client(
        scope,
        pool,
        UserPoolClient(
            "always-coder-{stage}-web",
            flows=("USER_PASSWORD_AUTH", "USER_SRP_AUTH", "REFRESH_TOKEN_AUTH"),
            token_minutes=24 * 60,
            refresh_days=30,
            refresh_unit="minutes",
            oauth=OAuth(
                (*CALLBACKS, scope.use_later("web.CognitoCallbackUrl")),
                (*LOGOUTS, scope.use_later("web.WebUrl")),
                ("email", "openid", "profile"),
            ),
        ),
    )
    prefix = Sub(scope.named(DOMAIN))
    user_pool_domain(scope, pool, prefix)
    hosted = Sub(f"https://{scope.named(DOMAIN)}.auth.${{AWS::Region}}.amazoncognito.com")
    scope.output("UserPoolId", Ref(pool), "always-coder-{stage}-user-pool-id")
    scope.output("UserPoolClientId", Ref(client), "always-coder-{stage}-user-pool-client-id")
    scope.output("UserPoolDomainName", prefix, "always-coder-{stage}-user-pool-domain")
    scope.output("CognitoHostedUIUrl", hosted)
    return Users(Ref(pool), Ref(client))
