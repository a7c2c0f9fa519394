"""Users, who are known by their e-mail address: its spelling, the user id, and the user's items."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.email_addresses import is_possible
from handlers.common.web.errors import ApiError
from handlers.pkgwatch.accounts.api_keys import USER_META, is_account_record, is_key_record

PENDING = "PENDING"

_GOOGLE = ("gmail.com", "googlemail.com")


def user_id(email: str) -> str:
    """The partition key of everything that belongs to an address."""
    return "user_" + hashlib.sha256(email.lower().encode()).hexdigest()[:16]


def valid_email(text: str) -> str:
    """An address trimmed and in lower case. Raises 400 ``invalid_email``."""
    email = text.strip().lower()
    if not is_possible(email):
        raise ApiError(400, "invalid_email", "Send an e-mail address such as name@example.com.")
    return email


def canonical(email: str) -> str:
    """One spelling for addresses that reach the same mailbox, as far as that is known."""
    local, _, domain = email.strip().lower().rpartition("@")
    if domain in _GOOGLE:
        return f"{local.partition('+')[0].replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def masked(email: str) -> str:
    """An address as its owner recognizes it: first letter and domain."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}"


def masked_for_logs(email: str) -> str:
    """An address for logs: three letters and domain."""
    local, _, domain = email.rpartition("@")
    return f"{local[:3]}***@{domain}"


def masked_for_referrer(email: str) -> str:
    """An address for the user who referred its owner: two letters, one of a short name, and domain."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}*@{domain}" if len(local) <= 2 else f"{local[:2]}**@{domain}"


def by_email(keys: Table, email: str) -> list[dict[str, Any]]:
    """All items with that address, pending sign-ups included; from an index, so a moment behind."""
    return keys.query("email-index", "email", email.lower())


def email_in_use(keys: Table, email: str, owner: str) -> bool:
    """Whether an address belongs to an account other than ``owner``."""
    found = by_email(keys, email)
    return any(item["pk"] != owner and is_account_record(item["sk"]) for item in found)


def read_user_record(keys: Table, owner: str) -> dict[str, Any] | None:
    """A user's record as it is now."""
    return keys.get((owner, USER_META), consistent=True)


def user_record(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """That of a user's items that is the user's record; empty if there is none."""
    return next((item for item in items if item["sk"] == USER_META), {})


def tier_of(user: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> str:
    """A user's plan, from the user's record or, in older accounts, from a key."""
    return str(user.get("tier") or next((record["tier"] for record in records if record.get("tier")), "free"))


def key_records(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of a user's items that are API keys, oldest first."""
    found = [item for item in items if is_key_record(item["sk"])]
    return sorted(found, key=lambda item: (item.get("created_at") or "", item["sk"]))
