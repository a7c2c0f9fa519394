"""Rows and values on stdout."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pkgops.cli.output.table import document, table
from pkgops.cli.output.terminal import plain, rendered, style


def test_columns_are_aligned_and_nothing_is_cut():
    text = plain(table(("Name", "Value"), [("a", "x" * 200), ("longer", None)]))
    assert text == f"Name    Value\na       {'x' * 200}\nlonger  -"


def test_lists_booleans_and_newlines():
    assert table(("A", "B", "C"), [(["x", "y"], True, "one\ntwo")]).splitlines()[1] == "x, y  yes  one two"


def test_colours_do_not_disturb_the_columns():
    text = table(("S", "V"), [(style("ok", "green"), "a"), (style("fail", "red"), "b")])
    assert plain(text) == "S     V\nok    a\nfail  b"
    assert rendered(text, color=True).splitlines()[1] == "\x1b[32mok\x1b[0m    a"


def test_nothing():
    assert table(("A",), []) == ""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    path: Path
    values: object


def test_anything_becomes_json():
    row = Row("é", Path("/tmp"), MappingProxyType({"a": (1, 2)}))
    assert json.loads(document([row])) == [{"name": "é", "path": "/tmp", "values": {"a": [1, 2]}}]
    assert "é" in document(row)
