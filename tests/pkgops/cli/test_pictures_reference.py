"""The pictures in docs/systems have the nodes and arrows of the systems of today."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from pkgops.cli.pictures_reference import system_pictures
from pkgops.graph.label import told, told_edge
from tests.pkgops.graph.test_drawing import titles
from tests.repository import ROOT, SYSTEMS

FOLDER = ROOT / "docs" / "systems"
PICTURES = system_pictures(ROOT)


def test_every_page_of_a_system_has_one():
    assert {file.stem for file in PICTURES} == {key for key in SYSTEMS if (FOLDER / f"{key}.md").is_file()}
    for file in PICTURES:
        assert f"]({file.name})" in file.with_suffix(".md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", PICTURES, ids=lambda file: file.stem)
def test_it_is_of_today(file):
    graph = PICTURES[file]
    root = ET.fromstring(file.read_text(encoding="utf-8"))
    assert titles(root, "node") == sorted(told(node) for node in graph.nodes), "make docs"
    assert titles(root, "edge") == sorted(told_edge(graph, edge) for edge in graph.edges), "make docs"


def test_its_links_lead_to_files():
    for file in PICTURES:
        links = [one.get("{http://www.w3.org/1999/xlink}href") for one in ET.parse(file).iter()]
        found = [link for link in links if link]
        assert found
        assert all((file.parent / link).resolve().is_file() for link in found)
