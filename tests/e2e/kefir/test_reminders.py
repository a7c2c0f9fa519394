"""Do reminders reach the phone when they are due, once?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.canary import canary
from tests.e2e.kefir.app import RULE, Kefir, User
from tests.waiting import eventually

pytestmark = pytest.mark.e2e

ACCESS_TOKEN = canary("an access token")


def moment(**ahead: float) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def with_phone(kefir: Kefir) -> tuple[User, str]:
    user = kefir.user().logs_in()
    token = f"ExponentPushToken[{user.id}]"
    assert user.ask("POST", "/me/devices", {"deviceId": "phone", "platform": "ios", "token": token}).status == 201
    return user, token


def reminder(user: User, message: str, when: str) -> str:
    batch = user.batch(name="Lemon")
    sent = {"reminders": [{"scheduledTime": when, "message": message, "type": "stage1_complete"}]}
    answer = user.ask("POST", f"/batches/{batch['batchId']}/reminders/confirm", sent)
    assert answer.status == 201, answer.body
    return str(answer.json()["reminders"][0]["reminderId"])


def due_reminder(user: User) -> str:
    """One whose time has come: nobody can ask for a moment that is past, so its row is changed."""
    made = reminder(user, "Bottle it", moment(hours=1))
    past = {"S": moment(minutes=-1)}
    user.kefir.table.update_item(
        TableName=user.kefir.outputs["TableName"],
        Key={"PK": {"S": f"USER#{user.id}"}, "SK": {"S": f"REMINDER#{made}"}},
        UpdateExpression="SET scheduledTime = :past, GSI1SK = :past",
        ExpressionAttributeValues={":past": past},
    )
    return made


def test_what_is_due_is_pushed_once_and_what_is_not_waits(kefir: Kefir) -> None:
    user, token = with_phone(kefir)
    due, later = due_reminder(user), reminder(user, "Later", moment(hours=1))
    assert kefir.processes() >= 1
    (message,) = [one for one in kefir.expo.messages if one["to"] == token]
    assert (message["title"], message["body"]) == ("Lemon", "Bottle it")
    assert message["data"]["reminderId"] == due
    states = {one["reminderId"]: one["status"] for one in everything(user)}
    assert states == {due: "sent", later: "pending"}
    kefir.processes()
    assert kefir.expo.tokens().count(token) == 1


def test_a_phones_next_owner_gets_only_their_own_reminders(kefir: Kefir) -> None:
    first, token = with_phone(kefir)
    again = {"deviceId": "phone-2", "platform": "ios", "token": token}
    assert first.ask("POST", "/me/devices", again).status == 201
    due_reminder(first)
    second = kefir.user().logs_in()
    assert second.ask("POST", "/me/devices", {**again, "deviceId": "phone-3"}).status == 201
    mine = due_reminder(second)
    kefir.processes()
    assert [one["data"]["reminderId"] for one in kefir.expo.messages if one["to"] == token] == [mine]


def test_a_reminder_that_was_called_off_is_not_sent(kefir: Kefir) -> None:
    user, token = with_phone(kefir)
    due = due_reminder(user)
    assert user.ask("DELETE", f"/me/reminders/{due}").status == 200
    kefir.processes()
    assert token not in kefir.expo.tokens()


def test_an_outage_of_expo_leaves_the_reminder_for_the_next_time(kefir: Kefir) -> None:
    user, token = with_phone(kefir)
    due = due_reminder(user)
    kefir.expo.failures += [(503, "")] * 3
    kefir.processes()
    assert user.item(f"REMINDER#{due}")["status"] == {"S": "pending"}
    kefir.processes()
    assert kefir.expo.tokens().count(token) == 1


def test_a_phone_that_is_gone_is_asked_no_more(kefir: Kefir) -> None:
    user, token = with_phone(kefir)
    kefir.expo.faults[token] = {"details": {"error": "DeviceNotRegistered"}}
    for _ in range(2):
        due_reminder(user)
        kefir.processes()
    asked = [one for path, _, body in kefir.expo.requests if path.endswith("send") for one in body]
    assert len([one for one in asked if one["to"] == token]) == 1


def test_the_rule_is_for_every_five_minutes(kefir: Kefir) -> None:
    assert kefir.events.describe_rule(Name=RULE)["ScheduleExpression"] == "rate(5 minutes)"
    (target,) = kefir.events.list_targets_by_rule(Rule=RULE)["Targets"]
    assert json.loads(target["Input"]) == {"source": "eventbridge-scheduler", "action": "process-reminders"}
    assert target["Arn"].rpartition(":")[2] == "kefir-app-local-reminderProcessor"


def test_the_rule_sends_what_is_due_by_itself(kefir: Kefir) -> None:
    """Nobody calls anything: the deployed rule fires its target. Only its rate is changed, to the shortest there is;
    counted from the rule's creation, so that mostly it fires at the emulator's next look, every ten seconds."""
    user, token = with_phone(kefir)
    due_reminder(user)
    try:
        kefir.events.put_rule(Name=RULE, ScheduleExpression="rate(1 minute)", State="ENABLED")
        arrived = eventually(lambda: kefir.expo.tokens().count(token), 90)
    finally:
        kefir.events.put_rule(Name=RULE, ScheduleExpression="rate(5 minutes)", State="DISABLED")
    assert arrived == 1
    assert kefir.processes() == 0


def test_what_the_rule_sends_can_be_sent_by_hand(kefir: Kefir) -> None:
    user, token = with_phone(kefir)
    due_reminder(user)
    kefir.project.pkgops("invoke", "reminder-processor", "--schedule", RULE, "--system", "kefir")
    assert kefir.expo.tokens().count(token) == 1


def test_the_stored_access_token_is_sent_to_expo(kefir: Kefir) -> None:
    user, token = with_phone(kefir)
    stored = kefir.project.root / "token.txt"
    stored.write_text(ACCESS_TOKEN, encoding="utf-8")
    kefir.project.pkgops("secrets", "set", "expo", "access_token", "--system", "kefir", "--from", str(stored))
    due_reminder(user)
    kefir.processes()
    (headers,) = [headers for _, headers, body in kefir.expo.requests if token in json.dumps(body)]
    assert headers["authorization"] == f"Bearer {ACCESS_TOKEN}"


def everything(user: User) -> list[dict[str, str]]:
    found: list[dict[str, str]] = user.ask("GET", "/me/reminders?includeAll=true").json()["reminders"]
    return found
