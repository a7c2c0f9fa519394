"""SendGrid on loopback, and the processor led to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from handlers.keyvex.email import sendgrid
from handlers.keyvex.email.email_processor import handler
from tests.handlers.gateway import Context
from tests.handlers.keyvex.conftest import World
from tests.handlers.keyvex.fixtures.providers import World as Providers
from tests.handlers.keyvex.fixtures.providers import providers
from tests.handlers.keyvex.fixtures.queues import failed, record

Process = Callable[..., list[str]]


@pytest.fixture(scope="module")
def running() -> Iterator[Providers]:
    with providers() as seen:
        yield seen


@pytest.fixture
def mailbox(running: Providers, world: World, patched: pytest.MonkeyPatch) -> Providers:
    """The mails SendGrid takes; its client waits no longer than a test may."""
    running.heal()
    for name, value in running.environment.items():
        patched.setenv(name, value)
    patched.setattr(sendgrid, "_WAITS", (0.0, 0.0))
    return running


def message(**given: Any) -> dict[str, Any]:
    """A message that asks for a mail."""
    data = given.pop("data", {"to": "ada@example.com", "firstName": "Ada"})
    return {"messageType": "EMAIL_NOTIFICATION", "userId": "u-1", "templateId": "welcome", "data": data, **given}


def process(*bodies: Any, remaining: int = 60_000) -> list[str]:
    """Has the processor handle records, or bodies of new ones; the messages that come again."""
    records = [one if isinstance(one, dict) and "messageId" in one else record(one) for one in bodies]
    return failed(handler({"Records": records}, Context(remaining=remaining)))


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Everything the log lines hold, with the errors behind them."""
    return "\n".join(str(vars(line)) for line in caplog.records)


def profile(world: World, **attributes: Any) -> str:
    """A new user with that profile."""
    user = world.name("user")
    world.table.put({"PK": f"USER#{user}", "SK": "PROFILE", **attributes})
    return user
