"""Messages that mean harm: whatever one of them holds, the others of its batch are processed, and nothing is paid in
vain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from handlers.keyvex.ai import ai_processor
from handlers.keyvex.analytics import analytics_processor
from handlers.keyvex.email import email_processor
from tests.handlers.gateway import Context
from tests.handlers.keyvex.conftest import World
from tests.handlers.keyvex.fixtures.interactions import interaction
from tests.handlers.keyvex.fixtures.processor import FRAMEWORK, message
from tests.handlers.keyvex.fixtures.providers import World as Providers
from tests.handlers.keyvex.fixtures.providers import providers
from tests.handlers.keyvex.fixtures.queues import failed, record

Place = Callable[[World, Any], dict[str, Any]]


def nested(levels: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = "deep"
    for _ in range(levels):
        value = wrap(value)
    return value


def in_list(value: Any) -> list[Any]:
    return [value]


def in_object(value: Any) -> dict[str, Any]:
    return {"a": value}


STORABLE: dict[str, Any] = {
    "nothing": None,
    "control characters": "\x00\r\nBcc: eve@example.com\x1b[2J",
    "Unicode": "\U0001f47b\u202e\ufeff" * 300,
    "markup": "<script>{firstName}{0}%s${x}</script>",
    "odd names": {"": 1, "a.b": 2, "$x": 3, "\x00": 4, "__proto__": {"a": 1}, "PK": "x"},
    "many numbers": list(range(5000)),
    "some levels": nested(15, in_object),
}
UNSTORABLE: dict[str, Any] = {
    "half a character": "\ud800",
    "a large number": 1.5e200,
    "a long number": 10**40,
    "a small number": 1e-300,
    "more levels than an item has": nested(40, in_list),
    "more levels than Python takes": nested(340, in_object),
    "as many levels as JSON may have": nested(900, in_list),
}


def tool(world: World, odd: Any) -> dict[str, Any]:
    return interaction(world.name(), customData={"odd": odd})


def framework(world: World, odd: Any) -> dict[str, Any]:
    given = {"framework": {**FRAMEWORK, "structure": {"odd": odd}}, "unknown": odd}
    return message(world.name("session"), world.name("user"), "contentCrafter", **given)


def mail(world: World, odd: Any) -> dict[str, Any]:
    data = {"to": f"{world.name()}@example.com", "firstName": "Ada", "odd": odd}
    kind = {"messageType": "EMAIL_NOTIFICATION", "templateId": "d-1"}
    return {**kind, "userId": world.name("user"), "data": data}


EACH = pytest.mark.parametrize(
    ("handler", "body"),
    [(analytics_processor.handler, tool), (ai_processor.handler, framework), (email_processor.handler, mail)],
)


@pytest.fixture(scope="module")
def playing() -> Iterator[Providers]:
    with providers() as running:
        yield running


@pytest.fixture
def provider(playing: Providers, world: World, patched: pytest.MonkeyPatch) -> Providers:
    playing.heal()
    for name, value in playing.environment.items():
        patched.setenv(name, value)
    return playing


def deliver(handler: Any, bodies: dict[str, dict[str, Any]]) -> list[str]:
    records = [record(json.dumps(body), name) for name, body in bodies.items()]
    return failed(handler({"Records": records}, Context(remaining=900_000)))


@EACH
def test_what_an_item_can_hold_is_processed(world: World, provider: Providers, handler: Any, body: Place) -> None:
    prefix = world.name("odd")
    assert deliver(handler, {f"{prefix} {name}": body(world, odd) for name, odd in STORABLE.items()}) == []


@EACH
def test_what_no_item_can_hold_is_refused_before_anybody_is_asked(
    world: World, provider: Providers, caplog: Any, handler: Any, body: Place
) -> None:
    prefix = world.name("odd")
    bad = {f"{prefix} {name}": body(world, odd) for name, odd in UNSTORABLE.items()}
    assert sorted(deliver(handler, {**bad, f"{prefix} good": body(world, "plain")})) == sorted(bad)
    assert len(provider.asked()) == (0 if handler is analytics_processor.handler else 1)
    reasons = {line.reason for line in caplog.records if line.message == "A message is invalid"}
    assert reasons == {
        "Invalid message format",
        "a number is out of range",
        "lists and objects are nested too deeply",
    }
    assert not any(line.exc_info for line in caplog.records)
