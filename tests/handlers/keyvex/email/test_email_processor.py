"""Mails: to whom, to whom not, how often, and what SendGrid's failures mean for a message."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from tests.handlers.keyvex.conftest import World
from tests.handlers.keyvex.email.conftest import logged, message, process, profile
from tests.handlers.keyvex.fixtures.providers import World as Providers
from tests.handlers.keyvex.fixtures.queues import record

SEND = "/sendgrid/v3/mail/send"


def test_a_mail_is_sent_and_recorded(world: World, mailbox: Providers) -> None:
    user = world.name("user")
    one = record(message(userId=user, data={"to": "ada@example.com", "firstName": "Ada", "replyTo": "me@example.com"}))
    assert process(one) == []
    (asked,) = mailbox.asked(SEND)
    body = asked["body"]
    assert asked["key"] == "SG.test"
    assert body["personalizations"] == [{"to": [{"email": "ada@example.com"}]}]
    assert body["from"] == {"email": "noreply@keyvex.com", "name": "Keyvex"}
    assert (body["subject"], body["reply_to"]) == ("Welcome to Keyvex", {"email": "me@example.com"})
    assert [part["type"] for part in body["content"]] == ["text/plain", "text/html"]
    assert body["categories"] == ["keyvex", "welcome"]
    assert body["custom_args"] == {"userId": user, "messageId": one["messageId"]}
    assert "headers" not in body
    (item,) = world.items(f"USER#{user}", "EMAIL#")
    assert item["SK"].endswith(f"#{one['messageId']}")
    assert (item["entityType"], item["templateId"], item["recipients"], item["status"]) == (
        "EMAIL",
        "welcome",
        1,
        "sent",
    )
    assert item["providerId"] == mailbox.mails[0].id
    assert item["ttl"] - item["createdAt"] // 1000 == 30 * 86_400
    assert not [name for name in item if name.startswith("GSI")]
    assert world.item(f"IDEMPOTENCY#{one['messageId']}", "DONE")


def test_messages_are_sent_once_however_often_they_are_delivered(world: World, mailbox: Providers) -> None:
    user = world.name("user")
    one = record(message(userId=user))
    threads = [threading.Thread(target=process, args=(one,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert process(one) == []
    assert len(mailbox.mails) == 1
    assert len(world.items(f"USER#{user}", "EMAIL#")) == 1


def test_the_address_is_the_one_given_or_the_users_own(world: World, mailbox: Providers) -> None:
    user = profile(world, email="own@example.com")
    for data in ({"to": "to@example.com", "email": "other@example.com"}, {"email": "other@example.com"}, {}):
        assert process(message(userId=user, data={"firstName": "Ada", **data})) == []
    assert [mail.to for mail in mailbox.mails] == [("to@example.com",), ("other@example.com",), ("own@example.com",)]
    nobody = record(message(userId=world.name("user"), data={"firstName": "Ada"}))
    assert process(nobody) == [nobody["messageId"]]
    assert process(message(userId=profile(world, email="own@localhost"), data={"firstName": "Ada"}))
    assert len(mailbox.mails) == 3


@pytest.mark.parametrize(
    ("template", "preferences", "sent"),
    [
        ("welcome", {"notifications": {"email": {"newLead": False}}}, True),
        ("welcome", {"notifications": False}, False),
        ("tool_completed", {"notifications": {"email": {"toolCompleted": False}}}, False),
        ("tool_completed", {"notifications": {"email": {"marketing": False}}}, True),
        ("tool_completed", {"notifications": {"email": False}}, False),
        ("tool_completed", None, True),
        ("marketing", {"notifications": {"email": {}}}, False),
        ("marketing", None, False),
        ("marketing", {"notifications": {"email": {"marketing": "yes"}}}, False),
        ("marketing", {"notifications": {"email": {"marketing": True}}}, True),
    ],
)
def test_users_get_the_mails_they_want(
    world: World, mailbox: Providers, template: str, preferences: Any, sent: bool
) -> None:
    user = profile(world, email="own@example.com", preferences=preferences)
    data = {
        "firstName": "A",
        "toolName": "T",
        "toolUrl": "https://t.example",
        "subject": "S",
        "html": "<p>",
        "text": "x",
    }
    one = record(message(userId=user, templateId=template, data=data))
    assert process(one) == []
    assert len(mailbox.mails) == sent
    assert world.item(f"IDEMPOTENCY#{one['messageId']}", "DONE")


def test_marketing_needs_a_profile_that_allows_it(world: World, mailbox: Providers) -> None:
    data = {"to": "ada@example.com", "subject": "S", "html": "<p>", "text": "x"}
    assert process(message(userId=world.name("nobody"), templateId="marketing", data=data)) == []
    assert mailbox.mails == []


def test_urgent_mails_say_so_and_dynamic_templates_get_the_data(mailbox: Providers) -> None:
    data = {"to": "ada@example.com", "points": 7, "list": [1.5]}
    assert process(message(templateId="d-0123abc", data=data, priority="high")) == []
    (asked,) = mailbox.asked(SEND)
    assert asked["body"]["headers"] == {"Importance": "high"}
    assert asked["body"]["template_id"] == "d-0123abc"
    assert asked["body"]["personalizations"][0]["dynamic_template_data"] == data
    assert not {"content", "subject"} & asked["body"].keys()


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[]",
        message(messageType="AI_PROCESSING"),
        message(userId=""),
        message(userId="u" * 3000, data={"recipients": ["ada@example.com"], "firstName": "Ada"}),  # no key of an item
        message(templateId="unheard_of"),
        message(priority="urgent"),
        message(data={"to": "ada@example.com"}),
        message(data={"to": "a b@example.com", "firstName": "Ada"}),
        message(data={"recipients": [], "firstName": "Ada"}),
        message(data={"recipients": ["ada@example.com", "ada@example"], "firstName": "Ada"}),
        message(data={"recipients": [{"name": "Ada"}], "firstName": "Ada"}),
        message(templateId="custom", data={"to": "ada@example.com", "subject": "S"}),
        message(templateId="tool_completed", data={"to": "a@b.co", "toolName": "T", "toolUrl": "javascript:alert(1)"}),
        message(timestamp="yesterday"),
    ],
)
def test_invalid_messages_fail_and_send_nothing(
    mailbox: Providers, caplog: pytest.LogCaptureFixture, body: Any
) -> None:
    good, bad = record(message()), record(body)
    assert process(bad, good) == [bad["messageId"]]
    assert len(mailbox.mails) == 1
    log = logged(caplog)
    assert "ada@example" not in log
    assert bad["messageId"] in log


def test_a_campaign_takes_as_few_requests_as_sendgrid_allows(world: World, mailbox: Providers) -> None:
    user = world.name("user")
    recipients = [f"{number}@example.com" for number in range(2500)]
    data = {"recipients": [*recipients, "0@EXAMPLE.com"], "subject": "News", "html": "<b>1 < 2</b>", "text": "1 < 2"}
    assert process(message(userId=user, templateId="marketing", data=data)) == []
    assert [len(one["body"]["personalizations"]) for one in mailbox.asked(SEND)] == [1000, 1000, 500]
    assert sorted(mail.to[0] for mail in mailbox.mails) == sorted(recipients)
    assert mailbox.mails[0].html == "<b>1 < 2</b>"
    assert world.items(f"USER#{user}", "EMAIL#")[0]["recipients"] == 2500


def test_recipients_of_a_campaign_have_their_own_variables(mailbox: Providers) -> None:
    people = [
        {"email": "ada@example.com", "name": "Ada", "data": {"firstName": "Ada"}},
        {"email": "bob@example.com", "data": {"firstName": "<Bob>"}},
        "eve@example.com",
        {"email": "sam@example.com", "data": {"firstName": "Ada"}},
    ]
    assert process(message(data={"firstName": "you", "recipients": people})) == []
    assert [len(one["body"]["personalizations"]) for one in mailbox.asked(SEND)] == [2, 1, 1]
    assert mailbox.asked(SEND)[0]["body"]["personalizations"][0]["to"] == [{"email": "ada@example.com", "name": "Ada"}]
    by_address = {mail.to[0]: mail for mail in mailbox.mails}
    assert by_address["sam@example.com"].text.startswith("Hello Ada,")
    assert "Hello &lt;Bob&gt;," in by_address["bob@example.com"].html
    assert by_address["eve@example.com"].text.startswith("Hello you,")
    mailbox.heal()
    assert process(message(templateId="d-1", data={"plan": "pro", "recipients": people})) == []
    (asked,) = mailbox.asked(SEND)
    personal = asked["body"]["personalizations"]
    assert personal[1]["dynamic_template_data"] == {"plan": "pro", "firstName": "<Bob>"}


def test_a_campaign_that_failed_goes_on_where_it_stopped(world: World, mailbox: Providers) -> None:
    user = world.name("user")
    recipients = [f"{number}@example.com" for number in range(2001)]
    one = message(userId=user, data={"recipients": recipients, "firstName": "all"})
    mailbox.fault(SEND, status=400, document={"errors": [{"message": "no credit"}]})
    mailbox.fault(SEND, times=1)  # the newest comes first: the first request is answered regularly
    assert process(record(one, "m-campaign" + user)) == ["m-campaign" + user]
    assert len(mailbox.mails) == 1000
    assert not world.items(f"USER#{user}", "EMAIL#")
    mailbox.calm()
    assert process(record(one, "m-campaign" + user, count=2)) == []
    assert sorted(mail.to[0] for mail in mailbox.mails) == sorted(recipients)
    (item,) = world.items(f"USER#{user}", "EMAIL#")
    assert (item["requests"], item["recipients"]) == (3, 2001)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_sendgrid_may_be_busy_twice(mailbox: Providers, status: int) -> None:
    mailbox.fault(SEND, status=status, times=2)
    assert process(message()) == []
    assert (len(mailbox.mails), len(mailbox.asked(SEND))) == (1, 3)
    mailbox.heal()
    mailbox.fault(SEND, status=status)
    assert len(process(message())) == 1
    assert (len(mailbox.mails), len(mailbox.asked(SEND))) == (0, 3)


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_what_sendgrid_refuses_is_not_repeated_at_once(
    mailbox: Providers, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    mailbox.fault(SEND, status=status, document={"errors": [{"message": "access forbidden"}]})
    assert len(process(message())) == 1
    assert len(mailbox.asked(SEND)) == 1
    log = logged(caplog)
    assert f"SendGrid answered {status}: access forbidden" in log
    assert "SG.test" not in log


@pytest.mark.parametrize("kind", ["truncated", "closed"])
def test_a_request_without_an_answer_is_left_to_the_queue(mailbox: Providers, kind: str) -> None:
    mailbox.fault(SEND, kind=kind)
    assert len(process(message())) == 1
    assert len(mailbox.asked(SEND)) == 1


def test_without_time_nothing_is_sent(mailbox: Providers) -> None:
    assert len(process(message(), remaining=24_000)) == 1
    assert not mailbox.asked()


def test_a_missing_key_is_named(
    world: World, mailbox: Providers, patched: pytest.MonkeyPatch, aws: Any, caplog: pytest.LogCaptureFixture
) -> None:
    name = world.name("secret")
    aws("secretsmanager").create_secret(Name=name, SecretString=json.dumps({"sendgrid_api_key": ""}))
    patched.setenv("INTEGRATION_SECRETS_ARN", name)
    assert len(process(message())) == 1
    assert f"Secret {name} has no field sendgrid_api_key." in logged(caplog)
    assert not mailbox.asked()
