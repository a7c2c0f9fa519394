"""Does cfn-lint get the tree that it makes itself of a template, with every node's place?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from cfnlint.decode.decode import decode_str

from pkgops.build.linting import decoding
from pkgops.build.linting.decoding import decoded
from pkgops.build.synth import template_text
from tests.repository import GOLDEN

ODD: list[Any] = [
    *(1.5, -0.0, 1e20, 1e-5, 1.5e300, float("inf"), -3, 10**30, 0, True, None, [], {}, [[]], [{}]),
    *(
        "",
        "\x00",
        "\x1f\x85",
        "\x7f",
        "\u00e9\u2013",
        "\U0001f600",
        "<<",
        "=",
        "~",
        "null",
        "\\ud",
        "a: b",
        "# c",
        "&x *x",
        "!Ref x",
    ),
    *('\u2028 \t\n\\ " /', "k" * 990, "k" * 3000),
]


def _nodes(value: Any) -> list[Any]:
    """All nodes with their types and places."""
    mark = getattr(value, "start_mark", None)
    place = (mark.line, mark.column, value.end_mark.line, value.end_mark.column) if mark else ()
    here = (
        type(value),
        repr(value) if not isinstance(value, dict | list) else getattr(value, "using_merge", None),
        place,
    )
    if isinstance(value, dict):
        return [here, *(node for key, inner in value.items() for one in (key, inner) for node in _nodes(one))]
    return [here, *(node for inner in value for node in _nodes(inner))] if isinstance(value, list) else [here]


def _compare(text: str) -> None:
    ours, theirs = decoded(text), decode_str(text)
    assert [one.message for one in ours[1]] == [one.message for one in theirs[1]]
    assert _nodes(ours[0]) == _nodes(theirs[0])


def _templates() -> list[str]:
    paths = sorted(GOLDEN.rglob("*.json"))
    return [text for path in paths if '"Resources"' in (text := path.read_text())]


def test_the_templates_of_all_systems_are_read_as_cfn_lint_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [template_text(json.loads(text)) for text in _templates()]
    assert texts
    expected = [_nodes(decode_str(text)[0]) for text in texts]
    monkeypatch.setattr(decoding, "decode_str", None)  # none is left to it
    assert [_nodes(decoded(text)[0]) for text in texts] == expected


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
def test_odd_values_and_keys_are_read_as_cfn_lint_reads_them(value: Any) -> None:
    _compare(template_text({"A": value, "B": [value, {"C": value}], "D": 1}))
    if isinstance(value, str):
        _compare(template_text({value: {value: "x"}, "z": "y"}))


@pytest.mark.parametrize("text", ["", "[]", '"x"', "3", "{", '{"a": 1}', '{"a":1,"a":2}', "Resources:\n  A: !Ref B\n"])
def test_other_texts_are_left_to_cfn_lint(text: str) -> None:
    _compare(text)


def test_another_version_reads_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "WRITTEN_FOR", "0.0.1")
    monkeypatch.setattr(decoding, "_node", None)
    assert decoded('{"A":1}')[0] == {"A": 1}
