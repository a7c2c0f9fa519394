"""The user pool of Kefir and the functions behind a login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref

from pkgops.kit import grants
from pkgops.kit.function import Function, functions
from pkgops.kit.mail import mail_identity
from pkgops.kit.user_pool import UserPool, UserPoolClient, issuer, user_pool, user_pool_client
from pkgops.scope import Scope
from templates.kefir.naming import NAME, defaults, named
from templates.kefir.settings import mail_domain

# Handlers by Cognito's names of the triggers.
TRIGGERS = {
    "PreSignUp": "pre_sign_up",
    "DefineAuthChallenge": "define_auth_challenge",
    "CreateAuthChallenge": "create_auth_challenge",
    "VerifyAuthChallengeResponse": "verify_auth_challenge",
}


@dataclass(frozen=True, slots=True)
class Users:
    """References to the pool, its ARN, the issuer of its tokens, and the app client users log in through."""

    pool: Any
    arn: Any
    issuer: Any
    client: Any


def add(scope: Scope) -> Users:
    """Adds the user pool, its client, the functions that create and check one-time codes, and the sender's domain."""
    domain = mail_domain(scope.stage, scope.settings)
    rows = [
        Function("pre_sign_up"),
        Function("define_auth_challenge"),
        Function("create_auth_challenge", (), (grants.mail_send(domain),), {"FROM_EMAIL": f"noreply@{domain}"}),
        Function("verify_auth_challenge"),
    ]
    built = functions(scope, defaults(scope, "triggers", {}), rows)
    pool = user_pool(
        scope,
        UserPool(
            NAME,
            subject="Verify your Kefir account",
            message="Your Kefir verification code is {####}",
            triggers={trigger: built[row] for trigger, row in TRIGGERS.items()},
            protected=scope.stage.production,
        ),
    )
    client = user_pool_client(scope, pool, UserPoolClient(named("client")))
    scope.output("SesDkimTokens", mail_identity(scope, domain))
    scope.output("UserPoolId", Ref(pool))
    scope.output("UserPoolClientId", Ref(client))
    return Users(Ref(pool), GetAtt(pool, "Arn"), issuer(pool), Ref(client))
