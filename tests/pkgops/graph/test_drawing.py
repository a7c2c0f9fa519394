"""What is drawn: names of others are harmless in every format, and a drawing has what the picture has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pkgops.errors import BuildError
from pkgops.graph import svg as drawing
from pkgops.graph.document import document
from pkgops.graph.dot import dot
from pkgops.graph.label import lines, told, told_edge
from pkgops.graph.mermaid import mermaid
from pkgops.graph.model import Edge, Graph, Node, Status
from pkgops.graph.svg import png, svg
from pkgops.graph.text import shown
from tests.pkgops.graph.systems import whole

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    '"]; evil [label="',
    "</text><script>alert(1)</script>",
    "a\\N\\G\\nb",
    "&lt;&amp;&#x41;",
    "`x` #quot; ]) --> n9",
    "line\nline\x1b[31m\u202e\u2028",
    "'; end subgraph",
    "\ud800",
]


def hostile(text: str) -> Graph:
    nodes = (
        Node("s.A", "function", text, text, "s", (("s", "A"),), names=(text,), schedules=(text,), notes=(text,)),
        Node("t.B", "table", "table", text, "t", (("t", "B"),), names=(text, text), status=Status.ADDED),
    )
    return Graph(text, (("s", text), ("t", text)), nodes, (Edge("s.A", "t.B", "routes", (text,)),))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30)))
@example(HOSTILE[0])
@example(HOSTILE[1])
@example(HOSTILE[2])
@example(HOSTILE[3])
def test_a_name_is_shown_and_does_nothing(text):
    graph = hostile(text)
    root = ET.fromstring(svg(graph, lambda node: "x.py?a&b"))
    assert len(root.findall(f".//{SVG}g[@class]")) == 1 + 2 + 2 + 1  # the picture, stacks, nodes, the arrow
    assert not root.findall(f".//{SVG}script")
    assert all(set(one.attrib) & {"onload", "onclick"} == set() for one in root.iter())
    first = root.find(f".//{SVG}g[@id='node1']")
    assert first is not None
    written = ["".join(one.itertext()) for one in first.iter(f"{SVG}text")]
    assert [" ".join(one.split()) for one in written if one.strip()] == [
        " ".join(line.split()) for line in lines(graph.nodes[0]) if line.strip()
    ]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_mermaid_has_one_line_for_each_thing(text):
    rows = mermaid(hostile(text)).splitlines()
    assert rows[0] == "flowchart LR"
    assert len(rows) == 1 + 6 + 1 + 2
    quoted = [re.fullmatch(r'[^"]*"([^"]*)"[^"]*', row) for row in rows[1:] if '"' in row]
    assert all(quoted)
    assert not [row for row in quoted if row and re.search(r"<(?!br/>)|&|`", row[1])]


def test_what_cannot_be_seen_stands_as_an_escape():
    assert shown("a\x1b[0m\u202eb\n") == r"a\x1b[0m\u202eb\n"
    assert shown("x" * 100) == "x" * 59 + "…"


@pytest.mark.parametrize("system", ["pkgwatch", "always_coder"])
def test_a_drawing_has_the_nodes_and_arrows_of_the_picture(system):
    graph = whole(system)
    root = ET.fromstring(svg(graph))
    assert titles(root, "node") == sorted(told(node) for node in graph.nodes)
    assert titles(root, "edge") == sorted(told_edge(graph, edge) for edge in graph.edges)
    assert svg(graph) == svg(graph)
    assert dot(graph) == dot(graph)


def titles(root: ET.Element, kind: str) -> list[str]:
    groups = [one for one in root.iter(f"{SVG}g") if one.get("class", "").split(" ")[0] == kind]
    return sorted(one.findtext(f"{SVG}title") or "" for one in groups)


def test_light_and_dark_and_links():
    text = svg(whole("kefir"), lambda node: f"../{node.source}")
    assert "@media (prefers-color-scheme:dark)" in text
    assert ET.fromstring(text).find(f"{SVG}g[@class='graph']/{SVG}polygon") is not None, "the page, which is darkened"
    assert 'xlink:href="../templates/kefir/' in text
    assert 'role="img"' in text
    assert "#dbeafe" in text


def test_an_image():
    assert png(whole("kefir")).startswith(b"\x89PNG")


def test_the_document_is_plain_data():
    data = json.loads(json.dumps(document(whole("kefir"))))
    assert {node["id"] for node in data["nodes"]} >= {edge["from"] for edge in data["edges"]}


def test_without_a_renderer_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(BuildError) as caught:
        svg(whole("kefir"))
    assert "pkgops[graph]" in caught.value.hint


def test_the_systems_dot_does_it_as_well(monkeypatch, tmp_path):
    """Under its own name: it is the same program here."""
    (tmp_path / "dot").symlink_to(str(drawing.renderer()))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(drawing.sysconfig, "get_path", lambda _: str(tmp_path))
    assert drawing.renderer() == str(tmp_path / "dot")
    assert len(titles(ET.fromstring(svg(whole("kefir"))), "node")) == len(whole("kefir").nodes)


def test_a_renderer_that_fails_is_named(monkeypatch, tmp_path):
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\ncat > /dev/null; echo no fonts >&2; exit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(drawing, "renderer", lambda: str(program))
    with pytest.raises(BuildError, match="no fonts"):
        svg(whole("kefir"))
    assert subprocess.run([program], input=b"", check=False, capture_output=True).returncode == 3
