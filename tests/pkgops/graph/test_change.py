"""A plan in the picture: what it adds, changes, replaces and removes."""

from __future__ import annotations

from typing import Any

from pkgops.build.synth import SynthesizedStack
from pkgops.graph.change import changed, compared
from pkgops.graph.dot import dot
from pkgops.graph.merge import merged
from pkgops.graph.model import Graph, Status
from tests.pkgops.graph.systems import function, of, role, stack

TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders-dev"}}
READS = role({"Action": "dynamodb:GetItem", "Resource": {"Fn::GetAtt": ["Orders", "Arn"]}})
WRITES = role({"Action": "dynamodb:PutItem", "Resource": {"Fn::GetAtt": ["Orders", "Arn"]}})
BEFORE: dict[str, Any] = {"Orders": TABLE, "Work": function(), "Role": READS, "Old": function(Role="x")}


def difference(before: SynthesizedStack, after: SynthesizedStack, *replaced: str) -> Graph:
    keys = {("app", name) for name in replaced}
    return compared(of(before), of(after), changed([before], [after]), keys)


def statuses(graph: Graph) -> dict[str, Status]:
    return {node.id.removeprefix("app."): node.status for node in graph.nodes}


def test_a_role_that_changes_changes_its_function_and_the_arrow():
    after = {key: body for key, body in BEFORE.items() if key != "Old"} | {"Role": WRITES, "New": function(Role="x")}
    graph = difference(stack(BEFORE), stack(after))
    assert statuses(graph) == {
        "Orders": Status.SAME,
        "Work": Status.CHANGED,
        "Old": Status.REMOVED,
        "New": Status.ADDED,
    }
    assert {(edge.kind, edge.status) for edge in graph.edges} == {("read", Status.REMOVED), ("write", Status.ADDED)}
    assert graph.compared
    assert "green: added" in dot(graph)


def test_what_is_replaced_is_told_apart():
    after = BEFORE | {"Orders": {**TABLE, "Properties": {"TableName": "other-dev"}}}
    assert statuses(difference(stack(BEFORE), stack(after), "Orders"))["Orders"] is Status.REPLACED


def test_nothing_changes():
    graph = difference(stack(BEFORE), stack(BEFORE))
    assert not graph.compared
    assert "green: added" not in dot(graph)


def test_only_nodes_that_share_a_fate_merge():
    same = {name: function(Role="x") for name in ("A", "B", "C")}
    graph = merged(difference(stack({"A": same["A"], "B": same["B"]}), stack({"B": same["B"], "C": same["C"]})))
    assert {node.label: node.status for node in graph.nodes} == {
        "A": Status.REMOVED,
        "B": Status.SAME,
        "C": Status.ADDED,
    }
