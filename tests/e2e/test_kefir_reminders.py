"""Do reminders reach the phone when they are due, once?"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.kefir_app import Kefir, User
from tests.emulator import client

pytestmark = pytest.mark.e2e


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


def test_the_rule_runs_the_processor_every_five_minutes_one_at_a_time(kefir: Kefir) -> None:
    events = client(kefir.emulator, "events")
    rule = events.describe_rule(Name="kefir-app-local-reminder-schedule")
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(5 minutes)", "ENABLED")
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert json.loads(target["Input"]) == {"source": "eventbridge-scheduler", "action": "process-reminders"}
    name = target["Arn"].rpartition(":")[2]
    assert name == "kefir-app-local-reminderProcessor"
    limit = client(kefir.emulator, "lambda").get_function_concurrency(FunctionName=name)
    assert limit["ReservedConcurrentExecutions"] == 1


def test_what_the_rule_sends_makes_the_processor_push(kefir: Kefir) -> None:
    """The tool sends the deployed rule's own input to the rule's own target: nobody waits five minutes."""
    rule = "kefir-app-local-reminder-schedule"
    user, token = with_phone(kefir)
    due_reminder(user)
    kefir.project.pkgops("invoke", "reminder-processor", "--schedule", rule, "--system", "kefir")
    assert kefir.expo.tokens().count(token) == 1


def everything(user: User) -> list[dict[str, str]]:
    found: list[dict[str, str]] = user.ask("GET", "/me/reminders?includeAll=true").json()["reminders"]
    return found
