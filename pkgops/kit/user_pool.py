"""Cognito user pools and their clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from troposphere import GetAtt, Ref, Sub, awslambda, cognito

from pkgops.kit.function import FunctionResource
from pkgops.kit.naming import logical_id, placeholder
from pkgops.scope import Scope

_A_DAY = {"days": 1, "minutes": 24 * 60}


@dataclass(frozen=True, slots=True)
class Passwords:
    """What a password must have; the default is the least that Cognito accepts, for pools that use none."""

    length: int = 8
    lowercase: bool = False
    uppercase: bool = False
    numbers: bool = False
    symbols: bool = False


@dataclass(frozen=True, slots=True)
class UserPool:
    """Users who sign up themselves and are identified by their e-mail address, which cannot be changed unless it is
    ``mutable_email``.

    ``subject`` and ``message`` are those of the verification mail, with ``{####}`` for the code. ``triggers`` are
    functions by trigger (``PreSignUp``). ``retained`` protects the pool from deletion and retains it; ``protected``
    does so and turns on threat protection, which needs a higher tier, for logins by triggers, too.
    """

    name: str
    subject: str
    message: str
    triggers: Mapping[str, FunctionResource] = field(default_factory=dict)
    protected: bool = False
    retained: bool = False
    passwords: Passwords = field(default_factory=Passwords)
    mutable_email: bool = False


@dataclass(frozen=True, slots=True)
class OAuth:
    """Login on Cognito's hosted pages with the code flow: the app's pages that get the code, those that are shown after
    a logout, and what the app may ask about a user ("email", "openid")."""

    callbacks: Sequence[Any]
    logouts: Sequence[Any]
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UserPoolClient:
    """An app without a secret. Tokens live ``token_minutes``, logins ``login_minutes``, refresh tokens
    ``refresh_days``, which the template states in ``refresh_unit`` ("days", "minutes"). ``flows`` are Cognito's ways to
    log in: whoever knows the client's id, which is public, may try each of them, so it has only those that the app
    uses."""

    name: str
    flows: tuple[str, ...] = ("USER_SRP_AUTH", "REFRESH_TOKEN_AUTH")
    token_minutes: int = 60
    refresh_days: int = 30
    refresh_unit: str = "days"
    login_minutes: int = 3
    oauth: OAuth | None = None


def user_pool(scope: Scope, row: UserPool) -> Any:
    """Adds the pool, which may invoke its triggers, and returns it."""
    pool_id = logical_id(scope, row.name, "UserPool")
    kept = row.protected or row.retained
    policy = "Retain" if kept else "Delete"
    pool = scope.add(
        cognito.UserPool(
            pool_id,
            UserPoolName=scope.named(row.name),
            UserPoolTier="PLUS" if row.protected else "ESSENTIALS",
            UserPoolAddOns=_threat_protection(row),
            DeletionProtection="ACTIVE" if kept else "INACTIVE",
            DeletionPolicy=policy,
            UpdateReplacePolicy=policy,
            LambdaConfig=cognito.LambdaConfig(**{name: built.target for name, built in row.triggers.items()}),
            VerificationMessageTemplate=cognito.VerificationMessageTemplate(
                DefaultEmailOption="CONFIRM_WITH_CODE", EmailSubject=row.subject, EmailMessage=row.message
            ),
            **_email_sign_in(row),
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
    """Adds an app client of ``pool``."""
    return scope.add(
        cognito.UserPoolClient(
            logical_id(scope, row.name, "Client"),
            UserPoolId=Ref(pool),
            ClientName=scope.named(row.name),
            GenerateSecret=False,
            ExplicitAuthFlows=[f"ALLOW_{flow}" for flow in sorted(row.flows)],
            PreventUserExistenceErrors="ENABLED",
            EnableTokenRevocation=True,
            AuthSessionValidity=row.login_minutes,
            AccessTokenValidity=row.token_minutes,
            IdTokenValidity=row.token_minutes,
            RefreshTokenValidity=row.refresh_days * _A_DAY[row.refresh_unit],
            TokenValidityUnits=cognito.TokenValidityUnits(
                AccessToken="minutes", IdToken="minutes", RefreshToken=row.refresh_unit
            ),
            ReadAttributes=["email", "email_verified", "name"],
            WriteAttributes=["email", "name"],
            **_hosted_login(row.oauth),
        )
    )


def issuer(pool: Any) -> Any:
    """The issuer in a pool's tokens."""
    return Sub(f"https://cognito-idp.${{AWS::Region}}.amazonaws.com/{placeholder(Ref(pool))}")


def user_pool_domain(scope: Scope, pool: Any, prefix: Any) -> Any:
    """Adds the hosted pages of a pool, at ``https://{prefix}.auth.{region}.amazoncognito.com``. Prefixes are unique in
    a region, whatever the account."""
    return scope.add(cognito.UserPoolDomain(f"{pool.title}Domain", UserPoolId=Ref(pool), Domain=prefix))


def _threat_protection(row: UserPool) -> Any:
    """Logins by triggers are covered only if that is said apart."""
    if not row.protected:
        return cognito.UserPoolAddOns(AdvancedSecurityMode="OFF")
    custom = cognito.AdvancedSecurityAdditionalFlows(CustomAuthMode="ENFORCED")
    more = {"AdvancedSecurityAdditionalFlows": custom} if "DefineAuthChallenge" in row.triggers else {}
    return cognito.UserPoolAddOns(AdvancedSecurityMode="ENFORCED", **more)


def _hosted_login(row: OAuth | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": list(row.scopes),
        "CallbackURLs": list(row.callbacks),
        "LogoutURLs": list(row.logouts),
        "SupportedIdentityProviders": ["COGNITO"],
    }


def _password_policy(row: Passwords) -> Any:
    return cognito.PasswordPolicy(
        MinimumLength=row.length,
        RequireLowercase=row.lowercase,
        RequireUppercase=row.uppercase,
        RequireNumbers=row.numbers,
        RequireSymbols=row.symbols,
    )


def _email_sign_in(row: UserPool) -> dict[str, Any]:
    """Sign-in by e-mail address."""
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
        "Policies": cognito.Policies(PasswordPolicy=_password_policy(row.passwords)),
        "Schema": [
            cognito.SchemaAttribute(Name="email", AttributeDataType="String", Required=True, Mutable=row.mutable_email),
            cognito.SchemaAttribute(Name="name", AttributeDataType="String", Required=False, Mutable=True),
        ],
    }
