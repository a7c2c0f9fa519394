"""Due reminders reach their devices."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest

from handlers.common.aws import ServiceError, client
from handlers.common.dynamodb import Table
from handlers.kefir.scheduler import reminder_processor
from tests.handlers.gateway import Context
from tests.handlers.kefir.push.expo_server import ExpoServer
from tests.handlers.kefir.push.owners import Owner, pending, sent


def test_a_due_reminder_is_sent_as_documented(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    token = owner.device()
    name, later = owner.reminder(type="stage1_check"), owner.reminder(0.001)
    assert tick() == 1
    assert sent(owner[name])
    assert pending(owner[later])
    ((path, headers, (message,)),) = expo.requests
    assert path == "/--/api/v2/push/send"
    assert (headers["accept"], headers["content-type"]) == ("application/json", "application/json")
    assert headers["accept-encoding"] == "gzip, deflate"
    assert "authorization" not in headers
    shown = {"title": "Lemon", "body": "Look after it"}
    data = {"batchId": "b", "reminderId": name, "type": "stage1_check", **shown}
    expected = {"to": token, **shown, "sound": "default", "priority": "high", "channelId": "default", "data": data}
    assert message == expected
    assert tick(1) == 1
    assert expo.tokens() == [token] * 2


def test_nothing_is_sent_twice(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    owner.device()
    for _ in range(5):
        owner.reminder()
    assert [tick(minutes) for minutes in (0, 5, 10)] == [5, 0, 0]
    assert len(expo.messages) == 5


def test_every_device_of_a_user_gets_one_message(owner: Owner, expo: ExpoServer, tick: Any, table: Table) -> None:
    tokens = [owner.device("1"), owner.device("2", platform="android")]
    owner.device("same", token=tokens[0])
    owner.device("browser", platform="web")
    owner.device("off", disabledAt="2026-01-01T00:00:00.000Z")
    owner.device("none", token="ExponentPushToken[open")
    expo_token = owner.device("new", token="ExpoPushToken[x]") and "ExpoPushToken[x]"
    other = Owner(table)
    other.device()
    owner.reminder()
    tick()
    assert sorted(expo.tokens()) == sorted([*tokens, expo_token])


def test_a_device_whose_token_has_another_owner_gets_nothing(
    owner: Owner, expo: ExpoServer, tick: Any, table: Table
) -> None:
    """Rows of the time when a phone's next owner did not disable all of its devices."""
    lost, kept = owner.device("lost"), owner.device("kept")
    user = owner.pk.removeprefix("USER#")
    for token, owned in (
        (lost, {"userId": "another", "deviceId": "lost"}),
        (kept, {"userId": user, "deviceId": "kept"}),
    ):
        table.put({"PK": f"TOKEN#{token}", "SK": "OWNER", **owned})
    owner.reminder()
    tick()
    assert expo.tokens() == [kept]


@pytest.mark.parametrize("status", ["PENDING", "Pending"])
def test_the_status_is_read_in_any_case(owner: Owner, tick: Any, status: str) -> None:
    owner.device()
    name = owner.reminder(status=status)
    tick()
    assert sent(owner[name])


def test_reminders_that_are_not_pending_are_skipped(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    owner.device()
    owner.reminder(status="cancelled")
    assert tick() == 1
    assert expo.requests == []


def test_reminders_of_archived_batches_are_cancelled(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    owner.device()
    owner.batch(status="archived")
    name = owner.reminder()
    tick()
    assert expo.requests == []
    assert owner[name]["status"] == "cancelled"
    assert "GSI1PK" not in owner[name]


def test_a_reminder_of_a_deleted_batch_has_the_default_title(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    owner.device()
    owner.reminder(batchId="none")
    tick()
    assert expo.messages[0]["title"] == "Kefir reminder"


def test_a_reminder_of_a_user_without_devices(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    name = owner.reminder()
    tick()
    assert sent(owner[name])
    assert owner[name]["delivery"] == "no_devices"
    assert expo.requests == []


def test_the_longest_message_is_short_enough(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    owner.device()
    owner.batch(called="\U0001f600" * 100)
    name = owner.reminder(message="\U0001f600" * 200)
    tick()
    assert sent(owner[name])


def test_a_reminder_cancelled_during_the_run_stays_cancelled(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    owner.device()
    stays, gone = owner.reminder(), owner.reminder()
    answer = expo.answer

    def slowly(path: str, headers: dict[str, str], body: Any) -> Any:
        key = (owner.pk, f"REMINDER#{gone}")
        owner.table.update(key, "SET #status = :off REMOVE GSI1PK, GSI1SK", {"off": "cancelled"})
        return answer(path, headers, body)

    expo.answer = slowly  # type: ignore[method-assign]
    tick()
    assert sent(owner[stays])
    assert owner[gone]["status"] == "cancelled"


def test_reminders_are_left_when_time_is_up(owner: Owner, expo: ExpoServer, tick: Any) -> None:
    owner.device()
    name = owner.reminder()
    assert tick(left=10) == 0
    assert pending(owner[name])
    assert "attempts" not in owner[name]


def test_an_index_that_cannot_be_read_is_a_failure(tick: Any, table: Table) -> None:
    with pytest.raises(ServiceError):
        tick(to=Table(table.client, "there-is-no-such-table", table.keys))


def test_the_function_itself(owner: Owner, expo: ExpoServer, due: None, patched: Any) -> None:
    patched.setenv("EXPO_BASE_URL", expo.url + "/")
    name = f"test/{secrets.token_hex(6)}"
    client("secretsmanager").create_secret(Name=name, SecretString=json.dumps({"access_token": "a token"}))
    patched.setenv("EXPO_SECRET_ARN", name)
    owner.device()
    name = owner.reminder(-60 * 24 * 30)
    answer = reminder_processor.handler({"source": "eventbridge-scheduler", "action": "process-reminders"}, Context())
    assert answer["statusCode"] == 200
    body = json.loads(answer["body"])
    assert body["processed"] >= 1
    assert body["timestamp"].endswith("Z")
    assert sent(owner[name])
    assert expo.requests[0][1]["authorization"] == "Bearer a token"
