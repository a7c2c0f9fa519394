"""Proofs that a sign-up comes from our own login: without one, whoever knows the app client's id could sign up any
address at Cognito, with a password of their own."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from handlers.common.dynamodb import Key, Table
from handlers.kefir.data.items import key_attributes
from handlers.kefir.data.timestamps import iso, parse

FIELD = "proof"  # of the sign-up's validation data, which only the pre sign-up trigger gets
_LIFETIME = timedelta(minutes=1)


def new_proof(table: Table, email: str, now: datetime) -> str:
    """A proof for signing up one address within a minute. Clients never see it."""
    proof, expires = secrets.token_urlsafe(32), now + _LIFETIME
    table.put({**key_attributes(_key(email, proof)), "expiresAt": iso(expires), "TTL": int(expires.timestamp())})
    return proof


def is_proven(table: Table, email: str, proof: str, now: datetime) -> bool:
    """Whether a proof was made for an address and is still valid. It is not used up: Cognito calls a trigger again
    that was slow."""
    found = table.get(_key(email, proof), consistent=True)
    return found is not None and parse(found["expiresAt"]) > now


def _key(email: str, proof: str) -> Key:
    return (f"AUTH#{email}", f"SIGNUP#{proof}")
