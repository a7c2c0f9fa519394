"""Devices in the table: registered by their users, reachable by push messages, disabled when they are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Key, Table
from handlers.common.transactions import Cancelled, Write, transact, update
from handlers.kefir.data.items import DEVICES, Item, items_below, owned_key, set_expression, user_partition

_ATTEMPTS = 20  # registrations of one token at the same moment
_MAX_OTHERS = 98  # a transaction has a hundred writes
_TOKENS = ("ExponentPushToken[", "ExpoPushToken[")
_PUSH_PLATFORMS = {"ios", "android"}


def register(table: Table, user_id: str, sent: Mapping[str, Any], now: str) -> Item:
    """Creates or updates a device and enables it; attributes that are not sent stay as they are.

    A token stands for a phone, which belongs to the user who registered it last: otherwise the previous user's
    reminders would be shown to the new one. Every other device with the token is disabled together with the
    registration, so that of several at the same moment one is the last.
    """
    key = owned_key(user_id, DEVICES, sent["deviceId"])
    for attempt in range(1, _ATTEMPTS + 1):
        owner = table.get(token_key(sent["token"]), consistent=True) or {}
        others = [other for other in _with_token(table, sent["token"], user_id, owner) if other != key]
        try:
            transact(table.client, [*_claim(table, user_id, sent, owner, now), *_disabled(table, others, sent, now)])
        except Cancelled:
            if attempt == _ATTEMPTS:
                raise
        else:
            break
    return table.get(key, consistent=True) or {}


def token_key(token: str) -> Key:
    """The key of the row that says whose a token is: ``userId`` and ``deviceId``."""
    return (f"TOKEN#{token}", "OWNER")


def disable(table: Table, device: Mapping[str, str], reason: str, now: str) -> None:
    """Stops messages to a device (``PK``, ``SK``, ``token``) until it registers again, unless it has another token
    by now."""
    change = "SET disabledAt = :now, lastError = :reason, updatedAt = :now"
    values = {"now": now, "reason": reason, "token": device["token"]}
    try:
        table.update((device["PK"], device["SK"]), change, values, "#token = :token")
    except ConditionFailed:
        return


def reachable(devices: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The devices a message can be sent to as ``PK``, ``SK``, ``token``; each token once."""
    found: dict[str, dict[str, str]] = {}
    for device in devices:
        token = str(device.get("token", ""))
        valid = token.startswith(_TOKENS) and token.endswith("]") and device.get("platform") in _PUSH_PLATFORMS
        if valid and not device.get("disabledAt"):
            found.setdefault(token, {"PK": device["PK"], "SK": device["SK"], "token": token})
    return list(found.values())


def _claim(table: Table, user_id: str, sent: Mapping[str, Any], owner: Item, now: str) -> list[Write]:
    """The device, and the token's owner unless another has become it since."""
    values = {**sent, "userId": user_id, "lastActiveAt": now, "updatedAt": now}
    change = set_expression(values)
    change += ", createdAt = if_not_exists(createdAt, :updatedAt) REMOVE disabledAt, lastError"
    turn = int(owner.get("turn", 0))
    claimed = {"user": user_id, "device": sent["deviceId"], "now": now, "next": turn + 1}
    unchanged, seen = ("turn = :turn", {"turn": turn}) if turn else ("attribute_not_exists(turn)", {})
    return [
        update(table, owned_key(user_id, DEVICES, sent["deviceId"]), change, values),
        update(
            table,
            token_key(sent["token"]),
            "SET userId = :user, deviceId = :device, updatedAt = :now, turn = :next",
            claimed | seen,
            unchanged,
        ),
    ]


def _disabled(table: Table, others: Iterable[Key], sent: Mapping[str, Any], now: str) -> list[Write]:
    change = "SET disabledAt = :now, lastError = :reason, updatedAt = :now"
    values = {"now": now, "reason": "Registered by another user or device", "token": sent["token"]}
    return [update(table, other, change, values, "#token = :token") for other in others][:_MAX_OTHERS]


def _with_token(table: Table, token: str, user_id: str, owner: Item) -> Iterator[Key]:
    """The enabled devices with a token that its owner so far, and the user, have."""
    for user in dict.fromkeys((user_id, str(owner.get("userId", user_id)))):
        for device in items_below(table, user_partition(user), DEVICES):
            if device.get("token") == token and not device.get("disabledAt"):
                yield (device["PK"], device["SK"])
