"""Logs of functions at the edge, in every region."""

from __future__ import annotations

import time
from itertools import islice

import pytest

from pkgops.build.functions import Function
from pkgops.errors import AccessError
from pkgops.events import Event, Note
from pkgops.logs.query import Query
from pkgops.logs.tail import tail_logs
from tests.pkgops.fakes.logs import FakeLogs

GATE = "/aws/lambda/us-east-1.shop-gate"
NOW = int(time.time() * 1000)
PLAIN = Function("api", "Order", "shop-order", "handlers/shop/order.py", "/aws/lambda/shop-order")
EDGE = Function("web", "Gate", "shop-gate", "handlers/shop/gate.py", GATE)


@pytest.fixture
def logs() -> FakeLogs:
    found = FakeLogs()
    found.others = {"eu-west-1": FakeLogs(), "ap-south-1": FakeLogs()}
    found.write("/aws/lambda/shop-order", "s", [(NOW - 500, "ordered")])
    found.write(GATE, "s", [(NOW - 400, "seen from Virginia")])
    found.others["eu-west-1"].write(GATE, "s", [(NOW - 450, "seen from Ireland")])
    found.others["eu-west-1"].write("/aws/lambda/shop-order", "s", [(NOW - 450, "of another stage")])
    return found


def test_every_region_is_read_for_functions_at_the_edge_alone(logs: FakeLogs) -> None:
    notes: list[Event] = []
    lines = list(tail_logs([PLAIN, EDGE], logs, Query(NOW - 1000), notes.append))
    assert [(line.name, line.text) for line in lines] == [
        ("order", "ordered"),
        ("gate eu-west-1", "seen from Ireland"),
        ("gate", "seen from Virginia"),
    ]
    assert notes == [Note("Functions at the edge log where they are called: 3 regions are read.")]
    assert {group for other in logs.others.values() for group, _ in other.calls} == {GATE}


def test_without_such_functions_no_region_is_asked(logs: FakeLogs) -> None:
    logs.denied = AccessError("denied")
    assert [line.text for line in tail_logs([PLAIN], logs, Query(NOW - 1000))] == ["ordered"]


def test_a_list_that_is_denied_leaves_the_stages_region(logs: FakeLogs) -> None:
    logs.denied = AccessError("Access denied (ec2:DescribeRegions).")
    notes: list[Event] = []
    lines = list(tail_logs([EDGE], logs, Query(NOW - 1000), notes.append))
    assert [line.text for line in lines] == ["seen from Virginia"]
    assert isinstance(notes[0], Note)
    assert "in one region alone" in notes[0].text


def test_new_lines_of_other_regions_are_followed(logs: FakeLogs) -> None:
    lines = tail_logs([PLAIN, EDGE], logs, Query(NOW - 1000, follow=True, calls_per_second=100))
    assert len(list(islice(lines, 3))) == 3
    logs.others["ap-south-1"].write(GATE, "s", [(int(time.time() * 1000), "seen from Mumbai")])
    logs.write("/aws/lambda/shop-order", "s", [(int(time.time() * 1000), "ordered again")])
    found = {line.text for line in islice(lines, 2)}
    lines.close()  # type: ignore[attr-defined]
    assert found == {"seen from Mumbai", "ordered again"}
