"""The picture of a site whose server runs Node.js, with a database in a network."""

from __future__ import annotations

from tests.pkgops.graph.systems import arrows, of, stack


def test_a_site_of_a_node_server_with_a_database_in_a_network():
    graph = of(stack(STREAMS))
    assert arrows(graph) == {
        ("Web", "Server", "/*"),
        ("Web", "Assets", "/_next/static/*"),
        ("Server", "Cluster", "uses"),
        ("Server", "Password", "read"),
        ("Cluster", "Password", "credentials"),
    }
    assert {node.id for node in graph.nodes} == {
        *("app.Vpc", "app.Cluster", "app.Password", "app.Server", "app.Assets", "app.Web")
    }
    assert graph.node("app.Server").badges == ("in the network", "function URL")
    assert graph.node("app.Vpc").badges == ("1 NAT gateway",)
    assert not graph.hidden
