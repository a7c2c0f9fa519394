"""A provider that is down for an hour: in the end everything is answered, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from handlers.common.deadline import Deadline
from handlers.keyvex.ai.ai_processor import process
from handlers.keyvex.ai.providers.accounts import ask_model
from handlers.keyvex.ai.run import Services
from handlers.keyvex.email import sendgrid
from handlers.keyvex.email.email_processor import handler
from tests.handlers.gateway import Context
from tests.handlers.keyvex.conftest import World
from tests.handlers.keyvex.fixtures.outages import HOUR, MINUTE, VirtualQueue, virtual_queue
from tests.handlers.keyvex.fixtures.processor import message
from tests.handlers.keyvex.fixtures.providers import World as Providers
from tests.handlers.keyvex.fixtures.providers import providers

FIRST, SECOND = "claude-3-7-sonnet-20250219", "claude-3-5-sonnet-20241022"
BEGINS, ENDS = HOUR, 2 * HOUR
TIMES = tuple(number * 20 * MINUTE + 10 * MINUTE for number in range(9))  # three before, three during, three after


@pytest.fixture(scope="module")
def playing() -> Iterator[Providers]:
    with providers() as running:
        yield running


@pytest.fixture
def queue(playing: Providers, world: World, patched: pytest.MonkeyPatch) -> Iterator[VirtualQueue]:
    """A queue of three deliveries for either function, and their environment."""
    playing.heal()
    for name, value in playing.environment.items():
        patched.setenv(name, value)
    with virtual_queue(3) as made:
        patched.setenv("AI_PROCESSING_QUEUE_URL", made.queue.url)
        patched.setenv("EMAIL_QUEUE_URL", made.queue.url)
        yield made


@dataclass
class Ai:
    """The AI function, whose waiting takes virtual time; ``used`` are the models that answered, in order."""

    world: World
    queue: VirtualQueue
    sessions: list[str] = field(default_factory=list)

    def sends(self, **given: Any) -> None:
        """One message at each of `TIMES`, each of a session of its own."""
        user = self.world.name("user")
        self.sessions = [self.world.name("session") for _ in TIMES]
        for time, session in zip(TIMES, self.sessions, strict=True):
            self.queue.send_at(time, message(session, user, **given))

    def work(self, event: dict[str, Any]) -> dict[str, Any]:
        end = self.queue.now + 870

        def sleep(seconds: float) -> None:
            self.queue.now += seconds

        deadline = Deadline(lambda: end - self.queue.now, sleep)
        return process(Services(self.world.table, ask_model, deadline), event, "request")

    def statuses(self) -> list[str]:
        return [str(self.world.item(f"SESSION#{name}", "METADATA").get("status")) for name in self.sessions]

    def used(self) -> list[str]:
        """The model that answered each session. Each has one answer and has paid for it once."""
        found = []
        for name in self.sessions:
            session = self.world.item(f"SESSION#{name}", "METADATA")
            assert len(self.world.items(f"SESSION#{name}", "MESSAGE#")) == 1
            assert sum(session["sessionData"]["modelUsage"].values()) == 1
            assert "lastError" not in session
            found.append(session["magicSparkResult"]["model"])
        return found


@pytest.fixture
def ai(world: World, queue: VirtualQueue) -> Ai:
    return Ai(world, queue)


def outage(queue: VirtualQueue, provider: Providers, path: str, **fault: Any) -> None:
    queue.at(BEGINS, lambda: provider.fault(path, **fault))
    queue.at(ENDS, provider.calm)


def test_what_was_given_up_is_answered_once_after_a_redrive(ai: Ai, queue: VirtualQueue, playing: Providers) -> None:
    outage(queue, playing, "/anthropic/.*", status=529)
    ai.sends()
    queue.run(ai.work)
    assert ai.statuses() == ["completed"] * 3 + ["failed"] * 3 + ["completed"] * 3
    assert queue.letters() == 3
    # Each of three deliveries asked both models four times.
    assert [one["body"]["model"] for one in playing.asked()][3:-3] == ([FIRST] * 4 + [SECOND] * 4) * 9
    playing.heal()
    queue.redrive()
    queue.run(ai.work)
    assert queue.letters() == 0
    assert ai.used() == [FIRST] * 9
    assert len(playing.asked()) == 3


def test_a_provider_that_says_when_it_is_back_loses_nothing(ai: Ai, queue: VirtualQueue, playing: Providers) -> None:
    outage(queue, playing, "/anthropic/.*", status=529, headers={"retry-after": "3000"})
    ai.sends()
    queue.run(ai.work)
    assert queue.letters() == 0
    assert ai.used() == [FIRST] * 9
    # Asked to wait for longer than an attempt may, both models are left alone until the message comes again.
    assert len(playing.asked()) < 9 + 3 * 2 * 2


def test_the_other_provider_answers_meanwhile(ai: Ai, queue: VirtualQueue, playing: Providers) -> None:
    outage(queue, playing, "/openai/.*", status=503)
    ai.sends(provider="openai")
    queue.run(ai.work)
    assert ai.used() == ["gpt-4"] * 3 + [SECOND] * 3 + ["gpt-4"] * 3
    assert [len(playing.asked(path)) for path in ("/openai", "/anthropic")] == [6 + 3 * 4, 3]


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 401}, {"kind": "closed"}])
def test_no_mail_is_lost_and_none_is_sent_twice(
    world: World, queue: VirtualQueue, playing: Providers, patched: pytest.MonkeyPatch, fault: dict[str, Any]
) -> None:
    patched.setattr(sendgrid, "_WAITS", (0.0, 0.0))
    outage(queue, playing, "/sendgrid/.*", **fault)
    users = [world.name("user") for _ in TIMES]
    for time, user in zip(TIMES, users, strict=True):
        data = {"to": f"{user}@example.com", "firstName": "Ada"}
        mail = {"messageType": "EMAIL_NOTIFICATION", "userId": user, "templateId": "welcome", "data": data}
        queue.send_at(time, mail)

    def work(event: dict[str, Any]) -> dict[str, Any]:
        return handler(event, Context(remaining=120_000))

    queue.run(work)
    assert (len(playing.mails), queue.letters()) == (6, 3)
    queue.redrive()
    queue.run(work)
    assert queue.letters() == 0
    assert sorted(mail.to[0] for mail in playing.mails) == sorted(f"{user}@example.com" for user in users)
    assert all(len(world.items(f"USER#{user}", "EMAIL#")) == 1 for user in users)
