"""The refresh dispatcher: which packages it queues, and in how much memory."""

from __future__ import annotations

import itertools
import json
import tracemalloc
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.common.deadline import Deadline
from handlers.pkgwatch.pipeline.refresh_dispatcher import Count, InvalidOrder, handler, messages, read_order
from handlers.pkgwatch.runtime.message_batches import OutgoingMessage, send_all, send_batch
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.own_tables import packages_table
from tests.handlers.pkgwatch.fixtures.queues import Queue

NOW = datetime(2026, 5, 4, 2, tzinfo=UTC)


@pytest.fixture
def queue(patched: pytest.MonkeyPatch, world: Any) -> Queue:
    made = Queue.new()
    patched.setenv("PACKAGE_QUEUE_URL", made.url)
    settings.cache_clear()
    return made


@pytest.fixture(scope="module")
def tiers(environment: pytest.MonkeyPatch) -> dict[int, set[str]]:
    """Packages of a table of their own, by tier."""
    table = packages_table()
    made: dict[int, set[str]] = {1: set(), 2: set(), 3: set()}
    for tier, number in itertools.product(made, range(35)):
        pk = f"{'npm' if number % 3 else 'pypi'}#package-{tier}-{number}"
        table.put({"pk": pk, "sk": "LATEST", "tier": tier, "last_updated": f"2026-01-01T00:{number:02}"})
        made[tier].add(pk)
    for pk in ("nonsense", "cargo#x", "npm#_x", "npm#"):
        table.put({"pk": pk, "sk": "LATEST", "tier": 1, "last_updated": "2026"})
    table.put({"pk": "npm#in-no-index", "sk": "LATEST", "tier": 1})
    environment.setenv("PACKAGES_TABLE", table.name)
    settings.cache_clear()
    return made


@pytest.fixture
def now_at_once(patched: pytest.MonkeyPatch) -> None:
    """Nothing is held back, so that what was sent can be received."""
    for tier in (1, 2, 3):
        patched.setenv(f"TIER{tier}_JITTER_MAX", "0")
    settings.cache_clear()


def run(event: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = json.loads(json.dumps(handler(event, Context())))
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.parametrize("tier", [1, 2, 3])
def test_a_tier_is_queued(tiers: dict[int, set[str]], queue: Queue, now_at_once: None, tier: int) -> None:
    status, body = run({"tier": tier, "reason": "daily_refresh"})
    assert status == 200
    assert {name: body[name] for name in ("tier", "total_packages", "messages_sent", "errors")} == {
        "tier": tier,
        "total_packages": 35,
        "messages_sent": 35,
        "errors": 0,
    }
    sent = queue.take()
    assert {f"{message['ecosystem']}#{message['name']}" for message in sent} == tiers[tier]
    assert {(message["tier"], message["reason"], "force_refresh" in message) for message in sent} == {
        (tier, "daily_refresh", False)
    }
    assert all(datetime.fromisoformat(message["dispatched_at"]) for message in sent)


@pytest.mark.parametrize("tier", [None, 0, 4, "1", True, 2.0])
def test_an_unknown_tier_is_the_largest(tiers: Any, queue: Queue, now_at_once: None, tier: Any) -> None:
    status, body = run({"tier": tier, "force_refresh": True} if tier is not None else {"force_refresh": True})
    assert (status, body["tier"]) == (200, 3)
    sent = queue.take()
    assert {(message["reason"], message["force_refresh"]) for message in sent} == {("manual", True)}


def test_parts_add_up_to_the_tier(tiers: dict[int, set[str]], queue: Queue, now_at_once: None) -> None:
    parts = []
    for number in range(3):
        run({"tier": 2, "sub_batch": number, "total_sub_batches": 3})
        parts.append({f"{message['ecosystem']}#{message['name']}" for message in queue.take()})
    assert set.union(*parts) == tiers[2]
    assert sum(map(len, parts)) == len(tiers[2])
    assert all(zlib.crc32(pk.encode()) % 3 == number for number, part in enumerate(parts) for pk in part)


@pytest.mark.parametrize(
    "part", [(3, 3), (-1, 3), (0, 0), (0, None), (None, 3), ("0", 3), (0.5, 3)], ids=lambda part: f"{part[0]}-{part[1]}"
)
def test_invalid_parts(queue: Queue, part: tuple[Any, Any]) -> None:
    event = {"tier": 2, "sub_batch": part[0], "total_sub_batches": part[1]}
    assert run(event)[0] == 400
    with pytest.raises(InvalidOrder):
        read_order(event)


def test_without_a_queue(patched: pytest.MonkeyPatch) -> None:
    patched.setenv("PACKAGE_QUEUE_URL", "")
    settings.cache_clear()
    assert run({"tier": 1})[0] == 500


def test_messages_are_spread_over_time(tiers: Any, queue: Queue) -> None:
    run({"tier": 1})
    assert queue.depths()[2] > 25
    waiting: list[int] = []

    class Watched:
        def send_message_batch(self, **call: Any) -> dict[str, Any]:
            waiting.extend(entry.get("DelaySeconds", 0) for entry in call["Entries"])
            return {}

    send_all(Watched(), "", (OutgoingMessage({}, delay) for delay in (0, 1, 900, 5000)), Deadline(lambda: 60))
    assert waiting == [0, 1, 900, 900]


class Refusing:
    """A queue that refuses some messages, the first ``times`` tries of each."""

    def __init__(self, refused: set[str], times: int) -> None:
        self.refused, self.times, self.taken = refused, dict.fromkeys(refused, times), []

    def send_message_batch(self, **call: Any) -> dict[str, Any]:
        failed = []
        for entry in call["Entries"]:
            body = json.loads(entry["MessageBody"])["n"]
            if self.times.get(body, 0) > 0:
                self.times[body] -= 1
                failed.append({"Id": entry["Id"], "Code": "InternalError", "SenderFault": False})
            else:
                self.taken.append(body)
        return {"Failed": failed} if failed else {}


@pytest.mark.parametrize(("times", "lost"), [(1, set()), (2, set()), (3, {1, 4})])
def test_refused_messages_are_sent_again(times: int, lost: set[int]) -> None:
    queue = Refusing({"b", "e"}, times)
    sending = [OutgoingMessage({"n": letter}) for letter in "abcdef"]
    assert send_batch(queue, "", sending) == lost
    assert sorted(queue.taken) == sorted(set("abcdef") - {"abcdef"[number] for number in lost})


def test_refused_messages_are_counted(tiers: Any, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("PACKAGE_QUEUE_URL", Queue.new().url + "-gone")
    settings.cache_clear()
    status, body = run({"tier": 1})
    assert (status, body["messages_sent"], body["errors"]) == (500, 0, 35)


def test_time_runs_out() -> None:
    left = iter([2, 1, 0])
    queue = Refusing(set(), 0)
    sent = send_all(
        queue, "", (OutgoingMessage({"n": number}) for number in itertools.count()), Deadline(lambda: next(left))
    )
    assert sent == (30, 0)


class Long:
    """A table of many packages, made as they are read."""

    def pages(self, *_: Any) -> Iterator[dict[str, Any]]:
        for number in range(10_000):
            yield {"pk": f"npm#package-{number}", "sk": "LATEST"}


def test_memory_does_not_grow_with_the_tier() -> None:
    """Ten thousand packages as a list of messages are over 6 MB."""
    queue, count = Refusing(set(), 0), Count()
    queue.taken = type("Nowhere", (), {"append": staticmethod(lambda _: None)})()
    wanted = read_order({"tier": 3})

    def each() -> Iterator[OutgoingMessage]:
        for message in messages(Long(), wanted, lambda: 5, NOW, count):
            yield OutgoingMessage({**message.body, "n": 0}, message.delay)

    tracemalloc.start()
    sent = send_all(queue, "", each(), Deadline(lambda: 60))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (sent, count.packages) == ((10_000, 0), 10_000)
    assert peak < 2_000_000
