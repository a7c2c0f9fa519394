"""Logins that wait for their code: the app does not carry their session between its screens.

A login waits for whoever began it, known by where on the network they are (`limits.source_of`): a code sent from
elsewhere is not tried in it, and a login that begins elsewhere does not replace it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.kefir.data.items import Item, set_expression
from handlers.kefir.data.timestamps import iso
from handlers.kefir.login.codes import LIFETIME


@dataclass(frozen=True, slots=True)
class Login:
    """A login that waits: Cognito's session, and the id of the code it was sent."""

    session: str
    code: str


def save_login(table: Table, email: str, source: str, login: Login, now: datetime) -> None:
    """Saves a login of an address, begun at ``source``."""
    expires = now + LIFETIME
    values = {
        "session": login.session,
        "code": login.code,
        "source": source,
        "expiresAt": iso(expires),
        "updatedAt": iso(now),
        "TTL": int(expires.timestamp()),
    }
    shared, own = _keys(email, source)
    free = "attribute_not_exists(PK) OR expiresAt <= :updatedAt OR #source = :source"
    try:
        table.update(shared, set_expression(values), values, free)
    except ConditionFailed:  # a login begun elsewhere waits there
        table.update(own, set_expression(values), values)


def waiting_login(table: Table, email: str, source: str, now: datetime) -> Login | None:
    """The login of an address that was begun at ``source`` last, None if there is none or it has expired."""
    found = [item for item in _items(table, email, source) if item["expiresAt"] > iso(now)]
    if not found:
        return None
    latest = max(found, key=lambda item: str(item["updatedAt"]))
    return Login(str(latest["session"]), str(latest.get("code", "")))


def replace_session(table: Table, email: str, source: str, old: str, new: str) -> None:
    """Follows a login to its next session, which takes the next guess; "" ends it."""
    for item in _items(table, email, source):
        if item["session"] != old:
            continue
        key = (item["PK"], item["SK"])
        if new:
            table.update(key, "SET #session = :new", {"new": new, "old": old}, "#session = :old")
        else:
            table.delete(key)


def delete_session(table: Table, email: str, source: str = "") -> None:
    """Ends the login that waits for its code."""
    for key in dict.fromkeys(_keys(email, source)):
        table.delete(key)


def _items(table: Table, email: str, source: str) -> Iterator[Item]:
    for key in _keys(email, source):
        item = table.get(key, consistent=True)
        if item is not None and item.get("source", source) == source:
            yield item


def _keys(email: str, source: str) -> tuple[Key, Key]:
    """The documented key, and the one for a login that finds it in use from elsewhere."""
    return (f"AUTH#{email}", "SESSION"), (f"AUTH#{email}", f"SESSION#{source}")
