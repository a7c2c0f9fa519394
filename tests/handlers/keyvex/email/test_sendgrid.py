"""How long SendGrid wants to be left alone, and who waits for it."""

from __future__ import annotations

import pytest

from tests.handlers.keyvex.conftest import World
from tests.handlers.keyvex.email.conftest import message, process
from tests.handlers.keyvex.fixtures.providers import World as Providers
from tests.handlers.keyvex.fixtures.queues import Queue

SEND = "/sendgrid/v3/mail/send"


def test_a_long_wait_is_left_to_the_queue(world: World, mailbox: Providers, patched: pytest.MonkeyPatch) -> None:
    queue = Queue.new().put(message())
    patched.setenv("EMAIL_QUEUE_URL", queue.url)
    mailbox.fault(SEND, status=429, headers={"Retry-After": "600"})
    (one,) = queue.event()["Records"]
    assert process(one) == [one["messageId"]]
    assert len(mailbox.asked(SEND)) == 1
    assert not world.item(f"IDEMPOTENCY#{one['messageId']}", "CLAIM")


@pytest.mark.parametrize("asked_for", ["9" * 400, "1e999", "-5", "nan", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_wait_that_is_none_holds_up_nothing(mailbox: Providers, patched: pytest.MonkeyPatch, asked_for: str) -> None:
    queue = Queue.new().put(message())
    patched.setenv("EMAIL_QUEUE_URL", queue.url)
    mailbox.fault(SEND, status=429, headers={"Retry-After": asked_for})
    (one,) = queue.event()["Records"]
    assert process(one) == [one["messageId"]]
    assert len(mailbox.asked(SEND)) == 3
