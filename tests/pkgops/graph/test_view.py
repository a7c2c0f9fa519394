"""Which part is shown, and what stands for several."""

from __future__ import annotations

import pytest

from pkgops.errors import NotFoundError
from pkgops.graph.view import View, viewed
from tests.pkgops.graph.systems import whole


def labels(view: View, system: str = "kefir") -> set[str]:
    return {node.label for node in viewed(whole(system), view).nodes}


def test_functions_with_equal_neighbours_share_a_node():
    graph = viewed(whole("kefir"))
    node = next(node for node in graph.nodes if "handle-devices" in node.names)
    assert node.label == "3 functions"
    assert node.names == ("handle-devices", "handle-events", "handle-reminders")
    assert node.badges == ("9 alarms",)
    [calls] = [edge for edge in graph.edges if edge.target == node.id]
    assert calls.label == "14 routes"


@pytest.mark.parametrize("name", ["3 functions", "handle-events", "HandleEventsFunction", "app.handleeventsfunction"])
def test_a_node_is_expanded_by_any_of_its_names(name):
    assert {"handle-devices", "handle-events", "handle-reminders"} <= labels(View(expand=(name,)))


def test_all_merges_nothing():
    assert len(viewed(whole("pkgwatch"), View(everything=True)).nodes) == len(whole("pkgwatch").nodes) > 60


def test_a_focus_and_its_neighbours():
    assert labels(View(focus="handle-public")) == {"handle-public", "kefir-app", "kefir-app-table"}
    assert labels(View(focus="handle-public", depth=0)) == {"handle-public"}
    assert labels(View(focus="handle-public", depth=2)) > labels(View(focus="handle-public"))


def test_a_focus_stands_for_itself():
    assert "handle-events" in labels(View(focus="handle-events", depth=2))


def test_a_stack_with_its_neighbours():
    graph = viewed(whole("always_coder"), View(stacks=("database",), everything=True))
    assert {node.stack for node in graph.nodes} == {"database", "api"}
    assert all(
        node.stack == "database" or any("database" in edge.target for edge in graph.edges if edge.source == node.id)
        for node in graph.nodes
    )


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(NotFoundError) as caught:
        viewed(whole("kefir"), View(focus="handle-event"))
    assert "handle-events" in caught.value.hint
