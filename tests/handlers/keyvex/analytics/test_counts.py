"""Counts are exact under redelivery, duplicates and parallel batches."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from handlers.keyvex.analytics import analytics_processor
from handlers.keyvex.analytics.counts import refresh
from tests.handlers.keyvex.fixtures.interactions import DAY, NOON, daily, deliver, interaction, summary
from tests.handlers.keyvex.fixtures.queues import record

KINDS = ("view", "start", "complete", "abandon", "lead_capture", "share")
TOTALS = ("totalViews", "totalStarts", "totalCompletions", "totalAbandons", "totalLeads", "totalShares")
DAILY = ("views", "starts", "completions", "abandons", "leads", "shares")


def test_a_message_twice_in_a_batch_and_in_another_counts_once(world: Any) -> None:
    tool = world.name()
    one, two, three = (record(interaction(tool), name) for name in ("m1", "m2", "m3"))
    assert deliver(world, one, two, one) == []
    assert deliver(world, two, three, one, three) == []
    assert summary(world, tool)["totalViews"] == 3
    assert len(world.items(f"TOOL#{tool}", "INTERACTION#")) == 3


def test_a_batch_whose_process_died_before_the_rates_is_finished_by_its_redelivery(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = world.name()
    batch = [record(interaction(tool)), record(interaction(tool, "complete", NOON + 9))]

    def killed(*_: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(analytics_processor, "refresh", killed)
        with pytest.raises(SystemExit):
            deliver(world, *batch)
    assert "conversionRate" not in summary(world, tool)
    assert deliver(world, *batch) == []
    found = summary(world, tool)
    assert (found["conversionRate"], found["lastActivity"], found["totalViews"]) == (100, NOON + 9, 1)


def test_rates_that_are_right_are_not_written_again(world: Any) -> None:
    tool = world.name()
    deliver(world, record(interaction(tool)))
    refresh(world.table, tool, NOON - 1)
    assert summary(world, tool)["version"] == 2
    assert summary(world, tool)["lastActivity"] == NOON


def test_parallel_batches_leave_the_rates_of_all_of_them(world: Any, at_once: Callable[..., list[Any]]) -> None:
    tool = world.name()
    kinds = ("view", "view", "complete", "start")

    def batch(number: int) -> list[str]:
        return deliver(world, *(record(interaction(tool, kind, NOON + number)) for kind in kinds))

    assert at_once(batch, 8) == [[]] * 8
    found = summary(world, tool)
    assert [found[name] for name in TOTALS[:3]] == [16, 8, 8]
    assert (found["conversionRate"], found["completionRate"], found["lastActivity"]) == (50, 100, NOON + 7)


def taken(world: Any, batch: list[dict[str, Any]]) -> list[str]:
    """Delivers a batch, and again what failed of it, as Lambda does; the messages a dead-letter queue would get."""
    failed = deliver(world, *batch)
    for _ in range(4):
        failed = deliver(world, *(one for one in batch if one["messageId"] in failed)) if failed else []
    return failed


def test_ten_thousand_interactions_are_counted_exactly(world: Any) -> None:
    """Of three tools on two days, a tenth of them delivered twice, in any order, by eight functions at once."""
    tools = [world.name() for _ in range(3)]
    choose = random.Random(16)
    sent = [
        (choose.choice(tools), choose.choice(KINDS), NOON + choose.randrange(2) * DAY, choose.randrange(100) / 10)
        for _ in range(10_000)
    ]
    records = [
        record(interaction(tool, kind, time, timeSpent=spent), f"m{number}")
        for number, (tool, kind, time, spent) in enumerate(sent)
    ]
    arrived = records + choose.sample(records, 1000)
    choose.shuffle(arrived)
    # With a batching window Lambda hands over more than ten messages at once.
    batches = [arrived[start : start + 100] for start in range(0, len(arrived), 100)]
    with ThreadPoolExecutor(8) as functions:
        assert not any(functions.map(lambda batch: taken(world, batch), batches))
    for tool in tools:
        of_tool = [one for one in sent if one[0] == tool]
        counted, found = Counter(kind for _, kind, _, _ in of_tool), summary(world, tool)
        assert [found[name] for name in TOTALS] == [counted[kind] for kind in KINDS]
        assert found["timeSpentTotal"] == round(sum(spent for *_, spent in of_tool), 1)
        assert found["timeSpentCount"] == len(of_tool)
        assert found["conversionRate"] == round(100 * counted["complete"] / counted["view"], 2)
        for time, date in ((NOON, "2025-06-16"), (NOON + DAY, "2025-06-17")):
            day = Counter(kind for _, kind, when, _ in of_tool if when == time)
            assert [daily(world, tool, date)[name] for name in DAILY] == [day[kind] for kind in KINDS]
