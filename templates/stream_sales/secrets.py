"""The secrets: Secrets Manager makes all three, and nobody needs to know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pkgops.kit.secret import JsonSecret, TextSecret, json_secret, text_secret
from pkgops.scope import Scope
from templates.stream_sales.environments import environment
from templates.stream_sales.naming import DATABASE, DATABASE_SECRET, ENCRYPTION_SECRET, JWT_SECRET

USER = "dbadmin"


@dataclass(frozen=True, slots=True)
class Secrets:
    """The resources; a reference to one is its ARN. ``database`` has the address only once the database is there:
    functions are given `pkgops.kit.database.aurora.AuroraResources.secret` instead."""

    database: Any
    jwt: Any
    encryption: Any


def add(scope: Scope) -> Secrets:
    """The database's user, the key of sessions, and the key of what the application encrypts."""
    kept, purpose = environment(scope).kept, f"for Stream Sales {scope.environment} environment"
    database = JsonSecret(
        DATABASE_SECRET,
        (),
        f"Database credentials {purpose}",
        generated="password",
        excluded="",
        punctuation=False,
        retained=kept,
        id="DatabaseSecret",
        values={"username": USER, "engine": "postgres", "dbname": DATABASE},
    )
    jwt = TextSecret(JWT_SECRET, f"JWT secret {purpose}", retained=kept, id="JwtSecret")
    # The application decrypts with AES-256-GCM, and takes its key as 64 hexadecimal digits.
    encryption = TextSecret(
        ENCRYPTION_SECRET, f"Encryption key {purpose}", hexadecimal=True, retained=kept, id="EncryptionSecret"
    )
    return Secrets(json_secret(scope, database), text_secret(scope, jwt), text_secret(scope, encryption))
