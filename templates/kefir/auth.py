"""The user pool of Kefir and the functions behind a login."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from troposphere import GetAtt, Ref

from pkgops.kit import grants
from pkgops.kit.function import Function, functions
from pkgops.kit.mail import mail_identity
from pkgops.kit.user_pool import UserPool, UserPoolClient, issuer, user_pool, user_pool_client
from pkgops.scope import Scope
from templates.kefir.data import Stored
from templates.kefir.defaults import defaults
from templates.kefir.naming import NAME, named
from templates.kefir.settings import mail_domain

# Handlers by Cognito's names of the triggers.
TRIGGERS = {
    "PreSignUp": "pre_sign_up",
    "DefineAuthChallenge": "define_auth_challenge",
    "CreateAuthChallenge": "create_auth_challenge",
    "VerifyAuthChallengeResponse": "verify_auth_challenge",
}

# Cognito waits so long for a trigger, and then calls it again: a code mailed later would not be the one that counts.
# The emulator calls once, on a machine that may be busy.
TRIGGER_SECONDS, EMULATED_TRIGGER_SECONDS = 5, 30


@dataclass(frozen=True, slots=True)
class Users:
    """References to the pool, its ARN, the issuer of its tokens, and the app client users log in through."""

    pool: Any
    arn: Any
    issuer: Any
    client: Any


def add(scope: Scope, stored: Stored) -> Users:
    """Adds the user pool, its client, the functions that create and check one-time codes, and the sender's domain."""
    domain = mail_domain(scope.stage, scope.settings)
    timeout = EMULATED_TRIGGER_SECONDS if scope.stage.local else TRIGGER_SECONDS
    built = functions(scope, replace(defaults(scope, "triggers", {}), timeout=timeout), _rows(domain, stored))
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
    client = user_pool_client(scope, pool, UserPoolClient(named("client"), flows=("CUSTOM_AUTH", "REFRESH_TOKEN_AUTH")))
    scope.output("SesDkimTokens", mail_identity(scope, domain))
    scope.output("UserPoolId", Ref(pool))
    scope.output("UserPoolClientId", Ref(client))
    return Users(Ref(pool), GetAtt(pool, "Arn"), issuer(pool), Ref(client))


def _rows(domain: str, stored: Stored) -> list[Function]:
    mail = (grants.mail_send(domain),)
    return [
        Function("pre_sign_up", links=(stored.table.only("GetItem"),)),
        Function("define_auth_challenge"),
        Function(
            "create_auth_challenge",
            grants=mail,
            environment={"FROM_EMAIL": f"noreply@{domain}"},
            links=(stored.table.only("PutItem", "UpdateItem"),),
        ),
        Function("verify_auth_challenge", links=(stored.table.only("UpdateItem"),)),
    ]
