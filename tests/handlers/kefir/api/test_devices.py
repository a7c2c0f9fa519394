"""Devices and their owners."""

from __future__ import annotations

from typing import Any

from tests.handlers.kefir.kefir_api import User

SENT = {"deviceId": "d1", "platform": "ios", "token": "ExponentPushToken[a]"}


def listed(user: User) -> list[dict[str, Any]]:
    answer = user.ask("GET /me/devices").json
    assert answer["count"] == len(answer["devices"])
    return list(answer["devices"])


def test_a_device_is_registered_twice(alice: User, table: Any) -> None:
    sent = {**SENT, "token": f"ExponentPushToken[{alice.id}]", "deviceName": "Phone", "appVersion": "1.0"}
    answer = alice.ask("POST /me/devices", sent)
    assert answer.status == 201
    first = answer.json["device"]
    made = {"createdAt": first["createdAt"], "updatedAt": first["createdAt"], "lastActiveAt": first["createdAt"]}
    assert first == {**sent, "userId": alice.id, **made}
    again = alice.ask("POST /me/devices", {**SENT, "token": "other"})
    assert again.status == 201
    device = again.json["device"]
    now = {"updatedAt": device["updatedAt"], "lastActiveAt": device["updatedAt"]}
    assert device == {**first, "token": "other", **now}
    assert device["updatedAt"] >= first["updatedAt"]
    assert listed(alice) == [device]
    assert set(table.get((f"USER#{alice.id}", "DEVICE#d1"))) == {*device, "PK", "SK"}


def test_a_disabled_device_is_enabled_when_it_registers(alice: User, table: Any) -> None:
    alice.ask("POST /me/devices", SENT)
    table.update((f"USER#{alice.id}", "DEVICE#d1"), "SET disabledAt = :x, lastError = :x", {"x": "x"})
    device = alice.ask("POST /me/devices", SENT).json["device"]
    assert not {"disabledAt", "lastError"} & set(device)


def test_deleting_a_device_succeeds_whether_it_exists_or_not(alice: User) -> None:
    for device_id in ("d/1 %", "d1"):
        alice.ask("POST /me/devices", {**SENT, "deviceId": device_id})
    for gone in ("d1", "d1", "never", "x" * 1100, ""):
        answer = alice.ask("DELETE /me/devices/{id}", id=gone)
        assert (answer.status, answer.json["message"]) == (200, "Device unregistered successfully")
    assert alice.ask("DELETE /me/devices/{id}", id="d/1 %25").status == 200  # as the gateway writes a percent sign
    assert listed(alice) == []


def test_users_see_only_their_own_devices(alice: User, bob: User) -> None:
    alice.ask("POST /me/devices", SENT)
    assert listed(bob) == []
    bob.ask("DELETE /me/devices/{id}", id="d1")
    assert len(listed(alice)) == 1


def test_a_user_who_logs_in_on_another_users_device_takes_it_over(alice: User, bob: User) -> None:
    token = f"ExponentPushToken[{alice.id}]"
    alice.ask("POST /me/devices", {**SENT, "token": token})
    bob.ask("POST /me/devices", {**SENT, "token": token})
    (before,), (after,) = listed(alice), listed(bob)
    assert "disabledAt" in before
    assert "disabledAt" not in after
    alice.ask("POST /me/devices", {**SENT, "token": token})
    assert ["disabledAt" in device for device in (*listed(alice), *listed(bob))] == [False, True]


def test_concurrent_registrations_of_a_token_leave_one_owner(at_once: Any, environment: Any) -> None:
    users = [User() for _ in range(6)]
    token = f"ExpoPushToken[{users[0].id}]"
    at_once(lambda number: users[number].ask("POST /me/devices", {**SENT, "token": token}), 6)
    assert sum("disabledAt" not in device for user in users for device in listed(user)) == 1


def test_a_browser_registers_only_on_the_apps_route(alice: User) -> None:
    sent = {"token": "t", "platform": "web", "deviceId": "w"}
    assert alice.ask("POST /me/devices", sent).status == 400
    answer = alice.ask("POST /notifications/register", sent)
    assert (answer.status, answer.json["success"], answer.json["data"]["platform"]) == (201, True, "web")
