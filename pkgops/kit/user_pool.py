"""Who are a system's users, and how do they log in? (Cognito)"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from troposphere import GetAtt, Ref, Sub, awslambda, cognito

from pkgops.kit.function import FunctionResource
from pkgops.kit.naming import logical_id, placeholder
from pkgops.scope import Scope

_FLOWS = ("ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH")


@dataclass(frozen=True, slots=True)
class UserPool:
    """Users who sign up themselves and are known by their e-mail address, which never changes.

    ``subject`` and ``message`` are those of the verification mail, with ``{####}`` for the code. ``triggers`` are
    functions by trigger (``PreSignUp``). ``guarded`` protects the pool from deletion, keeps it when its stack goes,
    and switches threat protection on, which needs the tier above the usual one.
    """

    name: str
    subject: str
    message: str
    triggers: Mapping[str, FunctionResource] = field(default_factory=dict)
    protected: bool = False


@dataclass(frozen=True, slots=True)
class UserPoolClient:
    """An app without a secret. Tokens live ``token_minutes``, logins ``login_minutes``, refresh tokens
    ``refresh_days``."""

    name: str
    token_minutes: int = 60
    refresh_days: int = 30
    login_minutes: int = 3


def user_pool(scope: Scope, row: UserPool) -> Any:
    """Adds the pool, which may invoke its triggers, and returns it."""
    pool_id = logical_id(scope, row.name, "UserPool")
    kept = "Retain" if row.protected else "Delete"
    pool = scope.add(
        cognito.UserPool(
            pool_id,
            UserPoolName=scope.named(row.name),
            UserPoolTier="PLUS" if row.protected else "ESSENTIALS",
            UserPoolAddOns=cognito.UserPoolAddOns(AdvancedSecurityMode="ENFORCED" if row.protected else "OFF"),
            DeletionProtection="ACTIVE" if row.protected else "INACTIVE",
            DeletionPolicy=kept,
            UpdateReplacePolicy=kept,
            LambdaConfig=cognito.LambdaConfig(**{name: built.target for name, built in row.triggers.items()}),
            VerificationMessageTemplate=cognito.VerificationMessageTemplate(
                DefaultEmailOption="CONFIRM_WITH_CODE", EmailSubject=row.subject, EmailMessage=row.message
            ),
            **_by_address(),
        )
    )
    for built in row.triggers.values():
        scope.add(
            awslambda.Permission(
                f"{built.id}TriggerPermission",
                Action="lambda:InvokeFunction",
                FunctionName=built.target,
                Principal="cognito-idp.amazonaws.com",
                SourceArn=GetAtt(pool, "Arn"),
            )
        )
    return pool


def user_pool_client(scope: Scope, pool: Any, row: UserPoolClient) -> Any:
    """Adds an app that users of ``pool`` log in through."""
    return scope.add(
        cognito.UserPoolClient(
            logical_id(scope, row.name, "Client"),
            UserPoolId=Ref(pool),
            ClientName=scope.named(row.name),
            GenerateSecret=False,
            ExplicitAuthFlows=list(_FLOWS),
            PreventUserExistenceErrors="ENABLED",
            EnableTokenRevocation=True,
            AuthSessionValidity=row.login_minutes,
            AccessTokenValidity=row.token_minutes,
            IdTokenValidity=row.token_minutes,
            RefreshTokenValidity=row.refresh_days,
            TokenValidityUnits=cognito.TokenValidityUnits(
                AccessToken="minutes", IdToken="minutes", RefreshToken="days"
            ),
            ReadAttributes=["email", "email_verified", "name"],
            WriteAttributes=["email", "name"],
        )
    )


def issuer(pool: Any) -> Any:
    """What stands in a pool's tokens as their issuer."""
    return Sub(f"https://cognito-idp.${{AWS::Region}}.amazonaws.com/{placeholder(Ref(pool))}")


def _by_address() -> dict[str, Any]:
    """Cognito insists on a password policy; that nobody learns their password makes the least one enough."""
    no = dict.fromkeys(("RequireLowercase", "RequireUppercase", "RequireNumbers", "RequireSymbols"), False)
    return {
        "UsernameAttributes": ["email"],
        "AutoVerifiedAttributes": ["email"],
        "MfaConfiguration": "OFF",
        "EmailConfiguration": cognito.EmailConfiguration(EmailSendingAccount="COGNITO_DEFAULT"),
        "AdminCreateUserConfig": cognito.AdminCreateUserConfig(AllowAdminCreateUserOnly=False),
        "AccountRecoverySetting": cognito.AccountRecoverySetting(
            RecoveryMechanisms=[cognito.RecoveryOption(Name="verified_email", Priority=1)]
        ),
        "UserAttributeUpdateSettings": cognito.UserAttributeUpdateSettings(
            AttributesRequireVerificationBeforeUpdate=["email"]
        ),
        "Policies": cognito.Policies(PasswordPolicy=cognito.PasswordPolicy(MinimumLength=8, **no)),
        "Schema": [
            cognito.SchemaAttribute(Name="email", AttributeDataType="String", Required=True, Mutable=False),
            cognito.SchemaAttribute(Name="name", AttributeDataType="String", Required=False, Mutable=True),
        ],
    }
