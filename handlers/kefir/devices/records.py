"""Devices in the table: registered by their users, reachable by push messages, disabled when they are gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.kefir.data.items import DEVICES, Item, owned_key, set_expression

_TOKENS = ("ExponentPushToken[", "ExpoPushToken[")
_PUSH_PLATFORMS = {"ios", "android"}


def register(table: Table, user_id: str, sent: Mapping[str, Any], now: str) -> Item:
    """Creates or updates a device and enables it; attributes that are not sent stay as they are.

    A token stands for a device: a user who logs in on another user's device takes it over, because otherwise the
    previous user's reminders would be shown to the new one.
    """
    key = owned_key(user_id, DEVICES, sent["deviceId"])
    values = {**sent, "userId": user_id, "lastActiveAt": now, "updatedAt": now}
    change = set_expression(values)
    change += ", createdAt = if_not_exists(createdAt, :updatedAt) REMOVE disabledAt, lastError"
    device = table.update(key, change, values, "", "ALL_NEW")
    _take_over(table, user_id, sent, now)
    return device


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


def _take_over(table: Table, user_id: str, sent: Mapping[str, Any], now: str) -> None:
    values = {"user": user_id, "device": sent["deviceId"], "now": now}
    change = "SET userId = :user, deviceId = :device, updatedAt = :now"
    before = table.update((f"TOKEN#{sent['token']}", "OWNER"), change, values, "", "ALL_OLD")
    if before and before["userId"] != user_id:
        pk, sk = owned_key(before["userId"], DEVICES, before["deviceId"])
        disable(table, {"PK": pk, "SK": sk, "token": sent["token"]}, "Registered by another user", now)
