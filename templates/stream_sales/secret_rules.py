"""What is in Stream Sales' secrets. Secrets Manager makes them with the stack; what else a new value asks for is here."""

from __future__ import annotations

from pkgops.secret_rules import SecretField, SecretRule
from templates.stream_sales.naming import DATABASE_SECRET, ENCRYPTION_SECRET, JWT_SECRET

_STACK = "stack"
_CLUSTER = (
    "The cluster keeps its own until it is changed there: aws rds modify-db-cluster --master-user-password, "
    "then SET this."
)
_ADDRESS = ("engine", "dbname", "host", "port", "dbClusterIdentifier")

SECRETS = (
    SecretRule(
        DATABASE_SECRET,
        (
            SecretField("username"),
            SecretField("password", note=_CLUSTER),
            *(SecretField(name) for name in _ADDRESS),
        ),
        _STACK,
    ),
    SecretRule(JWT_SECRET, (), _STACK),
    SecretRule(ENCRYPTION_SECRET, (), _STACK),
)
