"""Keyvex's secrets: their fields, what values look like, and what else a new value asks for."""

from __future__ import annotations

from pkgops.secret_rules import SecretField, SecretRule
from templates.keyvex.naming import AI_SECRET, DATABASE_SECRET, INTEGRATION_SECRET

AUTH_TOKEN = "redis_auth_token"  # noqa: S105 - the field's name
PLACEHOLDER = "placeholder"
_APP = "The web application has its own copy: change it there as well, and deploy it again."
_SOON = "Functions read it again within five minutes."
_REDIS = (
    "The cluster keeps its password until it is changed there: ModifyReplicationGroup with the new token and "
    "AuthTokenUpdateStrategy ROTATE, then SET."
)
SECRETS = (
    SecretRule(
        AI_SECRET,
        (
            SecretField("openai_api_key", "sk-", note=f"{_SOON} {_APP}"),
            SecretField("anthropic_api_key", "sk-ant-", note=f"{_SOON} {_APP}"),
            SecretField("openai_organization", "org-", note=_SOON),
        ),
        "security",
        PLACEHOLDER,
    ),
    SecretRule(
        INTEGRATION_SECRET,
        (
            SecretField("unsplash_access_key", note=_APP),
            SecretField("unsplash_secret_key"),
            SecretField("sendgrid_api_key", "SG.", note=_SOON),
            SecretField("stripe_secret_key", "sk_", note=_APP),
        ),
        "security",
        PLACEHOLDER,
    ),
    SecretRule(
        DATABASE_SECRET,
        (
            SecretField("encryption_key", generated="base64"),
            SecretField(AUTH_TOKEN, generated="letters", note=_REDIS),
        ),
        "security",
        PLACEHOLDER,
    ),
)
FIELDS = {rule.secret: tuple(field.name for field in rule.fields) for rule in SECRETS}
