"""Which devices may be told something, and whose are they?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from handlers.common.dynamodb import ConditionFailed, Table
from handlers.kefir.shared.items import DEVICES, Item, owned_key

_TOKENS = ("ExponentPushToken[", "ExpoPushToken[")
_PUSHED = {"ios", "android"}


def register(table: Table, user_id: str, sent: Mapping[str, Any], now: str) -> Item:
    """Notes a device, new or known, as ready to be told things; what is not sent stays as it was.

    A token is a device: who logs in on somebody else's takes it over, or its last owner's reminders would go on
    showing up for the new one.
    """
    key = owned_key(user_id, DEVICES, sent["deviceId"])
    values = {**sent, "userId": user_id, "lastActiveAt": now, "updatedAt": now}
    change = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
    change += ", createdAt = if_not_exists(createdAt, :updatedAt) REMOVE disabledAt, lastError"
    device = table.update(key, change, values, "", "ALL_NEW")
    _take_over(table, user_id, sent, now)
    return device


def disable(table: Table, device: Mapping[str, str], reason: str, now: str) -> None:
    """Sends nothing more to a device (``PK``, ``SK``, ``token``) until it registers again, unless it has another token
    meanwhile."""
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
        usable = token.startswith(_TOKENS) and token.endswith("]") and device.get("platform") in _PUSHED
        if usable and not device.get("disabledAt"):
            found.setdefault(token, {"PK": device["PK"], "SK": device["SK"], "token": token})
    return list(found.values())


def _take_over(table: Table, user_id: str, sent: Mapping[str, Any], now: str) -> None:
    values = {"user": user_id, "device": sent["deviceId"], "now": now}
    change = "SET userId = :user, deviceId = :device, updatedAt = :now"
    before = table.update((f"TOKEN#{sent['token']}", "OWNER"), change, values, "", "ALL_OLD")
    if before and before["userId"] != user_id:
        pk, sk = owned_key(before["userId"], DEVICES, before["deviceId"])
        disable(table, {"PK": pk, "SK": sk, "token": sent["token"]}, "Registered by somebody else", now)
