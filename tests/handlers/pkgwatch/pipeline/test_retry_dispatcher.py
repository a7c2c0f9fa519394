"""The retry dispatcher: due packages are queued by one dispatcher, and not without end."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.deadline import Deadline
from handlers.common.timestamps import iso
from handlers.pkgwatch.pipeline.retry_dispatcher import Run, dispatch, handler
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.own_tables import packages_table
from tests.handlers.pkgwatch.fixtures.queues import Queue

NOW = datetime.now(UTC)


class Waiting:
    """A packages table of a test's own."""

    def __init__(self) -> None:
        self.table = packages_table()

    def add(self, name: str, status: str = "partial", due: timedelta = timedelta(0), **more: Any) -> None:
        item = {
            "pk": f"npm#{name}",
            "sk": "LATEST",
            "data_status": status,
            "next_retry_at": iso(NOW + due),
            "tier": 2,
            "missing_sources": ["npm", "github"],
            **more,
        }
        self.table.put({key: value for key, value in item.items() if value is not None})

    def get(self, name: str) -> dict[str, Any]:
        return self.table.get((f"npm#{name}", "LATEST")) or {}


@pytest.fixture
def waiting(world: Any) -> Waiting:
    return Waiting()


class Sent:
    """What was sent; ``refused`` names are not taken."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.refused: set[str] = set()

    def __call__(self, messages: Any) -> set[int]:
        taken = {number for number, message in enumerate(messages) if message.body["name"] not in self.refused}
        self.bodies += [dict(messages[number].body) for number in sorted(taken)]
        return set(range(len(messages))) - taken

    @property
    def names(self) -> list[str]:
        return sorted(body["name"] for body in self.bodies)


def run(table: Any, sent: Sent, most: int = 300, github_open: bool = False, left: Any = lambda: 60) -> dict[str, int]:
    return dispatch(Run(table, sent, lambda: 0, Deadline(left), NOW), most, github_open)


def test_due_packages_are_sent_and_marked(waiting: Waiting) -> None:
    waiting.add("partial")
    waiting.add("minimal", "minimal", retry_count=4)
    waiting.add("pending", "pending", missing_sources=None, tier=None)
    waiting.add("complete", "complete")
    waiting.add("abandoned", "abandoned_partial")
    waiting.add("later", due=timedelta(minutes=1))
    waiting.add("tired", retry_count=5)
    waiting.add("on-its-way", retry_dispatched_at=iso(NOW - timedelta(minutes=59)))
    waiting.add("lost", retry_dispatched_at=iso(NOW - timedelta(minutes=61)))
    sent = Sent()
    counts = run(waiting.table, sent)
    assert sent.names == ["lost", "minimal", "partial", "pending"]
    assert counts == {"found": 4, "dispatched": 4, "errors": 0, "github_skipped": 0}
    bodies = {body["name"]: body for body in sent.bodies}
    assert bodies["partial"] == {
        "ecosystem": "npm",
        "name": "partial",
        "tier": 2,
        "force_refresh": True,
        "retry_sources": ["npm", "github"],
        "reason": "incomplete_data_retry",
    }
    assert (bodies["pending"]["retry_sources"], bodies["pending"]["tier"]) == ([], 3)
    assert waiting.get("partial")["retry_dispatched_at"] == iso(NOW)
    assert run(waiting.table, sent)["found"] == 0


def test_an_open_circuit_holds_back_packages_that_miss_only_github(waiting: Waiting) -> None:
    waiting.add("only", missing_sources=["github"])
    waiting.add("both")
    sent = Sent()
    counts = run(waiting.table, sent, github_open=True)
    assert sent.names == ["both"]
    assert (counts["found"], counts["github_skipped"]) == (2, 1)
    assert "retry_dispatched_at" not in waiting.get("only")
    assert run(waiting.table, sent)["dispatched"] == 1


def test_limits(waiting: Waiting) -> None:
    for number in range(30):
        waiting.add(f"partial-{number}", due=timedelta(minutes=-number))
        waiting.add(f"minimal-{number}", "minimal", due=timedelta(minutes=-number))
    sent = Sent()
    assert run(waiting.table, sent, most=24)["dispatched"] == 24
    assert {body["name"] for body in sent.bodies} == {
        f"{status}-{number}" for status in ("partial", "minimal") for number in range(18, 30)
    }


def test_dispatched_packages_do_not_hide_others(waiting: Waiting) -> None:
    """They stand at the front of the index until they are collected."""
    for number in range(40):
        waiting.add(f"sent-{number}", due=timedelta(hours=-1), retry_dispatched_at=iso(NOW))
    waiting.add("behind")
    sent = Sent()
    run(waiting.table, sent, most=10)
    assert sent.names == ["behind"]


def test_two_dispatchers_send_a_package_once(waiting: Waiting, at_once: Any) -> None:
    for number in range(20):
        waiting.add(f"package-{number}")
    sents = [Sent() for _ in range(4)]
    counts = at_once(lambda number: run(waiting.table, sents[number]), 4)
    names = sorted(name for sent in sents for name in sent.names)
    assert names == sorted(f"package-{number}" for number in range(20))
    assert sum(count["dispatched"] for count in counts) == 20


def test_refused_packages_are_sent_by_the_next_run(waiting: Waiting) -> None:
    waiting.add("taken")
    waiting.add("refused")
    sent = Sent()
    sent.refused = {"refused"}
    assert run(waiting.table, sent) == {"found": 2, "dispatched": 1, "errors": 1, "github_skipped": 0}
    assert "retry_dispatched_at" not in waiting.get("refused")
    sent.refused = set()
    assert run(waiting.table, sent)["dispatched"] == 1
    assert sent.names == ["refused", "taken"]


def test_a_package_collected_meanwhile_is_skipped(waiting: Waiting) -> None:
    waiting.add("quick")

    class Late:
        """The index is behind the item when the item is marked."""

        def pages(self, *arguments: Any) -> Any:
            found = list(waiting.table.pages(*arguments))
            waiting.add("quick", "complete")
            return iter(found)

        update = staticmethod(waiting.table.update)

    sent = Sent()
    assert run(Late(), sent)["dispatched"] == 0
    assert sent.bodies == []


def test_time_runs_out(waiting: Waiting) -> None:
    waiting.add("partial")
    assert run(waiting.table, Sent(), left=lambda: 0)["dispatched"] == 0


@pytest.fixture
def deployed(patched: pytest.MonkeyPatch, waiting: Waiting) -> Queue:
    queue = Queue.new()
    values = {
        "PACKAGES_TABLE": waiting.table.name,
        "PACKAGE_QUEUE_URL": queue.url,
        "MAX_DISPATCH_PER_RUN": "4",
        "METRICS_NAMESPACE": f"Retries-{secrets.token_hex(4)}",
    }
    for name, value in values.items():
        patched.setenv(name, value)
    settings.cache_clear()
    return queue


def test_the_function(deployed: Queue, waiting: Waiting, world: Any) -> None:
    opened = {"pk": "circuit#github", "sk": "STATE", "state": "open", "opened_at": iso(datetime.now(UTC)), "version": 1}
    world.keys.put(opened)
    for number in range(3):
        waiting.add(f"package-{number}")
    waiting.add("only", "minimal", missing_sources=["github"])
    answer = handler({}, Context())
    world.keys.delete(("circuit#github", "STATE"))
    assert answer == {"statusCode": 200, "found": 3, "dispatched": 2, "errors": 0, "github_skipped": 1}
    assert sum(deployed.depths()) == 2
    names = aws.client("cloudwatch").list_metrics(Namespace=settings().metrics_namespace)["Metrics"]
    assert {metric["MetricName"] for metric in names} == {
        f"RetryDispatcher{name}" for name in ("Found", "Dispatched", "Errors", "GitHubSkipped")
    }


def test_without_a_queue(patched: pytest.MonkeyPatch) -> None:
    patched.setenv("PACKAGE_QUEUE_URL", "")
    settings.cache_clear()
    assert handler({}, Context()) == {"statusCode": 500}
