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


def test_a_phones_next_owner_takes_over_every_device_with_its_token(alice: User, bob: User) -> None:
    token = f"ExponentPushToken[{alice.id}]"
    for device_id in ("d1", "d2"):
        alice.ask("POST /me/devices", {**SENT, "deviceId": device_id, "token": token})
    assert ["disabledAt" in device for device in listed(alice)] == [True, False]
    alice.ask("POST /me/devices", {**SENT, "deviceId": "tablet", "token": "another"})
    bob.ask("POST /me/devices", {**SENT, "deviceId": "d3", "token": token})
    assert {device["deviceId"]: "disabledAt" in device for device in (*listed(alice), *listed(bob))} == {
        "d1": True, "d2": True, "tablet": False, "d3": False,
    }  # fmt: skip


def test_devices_that_were_enabled_twice_before_are_disabled_together(alice: User, bob: User, table: Any) -> None:
    token = f"ExponentPushToken[{alice.id}]"
    for device_id in ("d1", "d2"):
        alice.ask("POST /me/devices", {**SENT, "deviceId": device_id, "token": token})
    table.update((f"USER#{alice.id}", "DEVICE#d1"), "REMOVE disabledAt", {})
    table.update((f"TOKEN#{token}", "OWNER"), "REMOVE turn", {})
    bob.ask("POST /me/devices", {**SENT, "token": token})
    assert ["disabledAt" in device for device in (*listed(alice), *listed(bob))] == [True, True, False]


def test_two_users_who_register_a_phone_again_and_again_leave_one_owner(
    alice: User, bob: User, at_once: Any, table: Any
) -> None:
    token = f"ExponentPushToken[{alice.id}]"

    def register(number: int) -> None:
        user = (alice, bob)[number % 2]
        for device_id in ("d1", "d2"):
            assert user.ask("POST /me/devices", {**SENT, "deviceId": device_id, "token": token}).status == 201

    at_once(register, 6)
    enabled = [device for user in (alice, bob) for device in listed(user) if "disabledAt" not in device]
    owner = table.get((f"TOKEN#{token}", "OWNER"))
    assert [(device["userId"], device["deviceId"]) for device in enabled] == [(owner["userId"], owner["deviceId"])]


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
