"""GET /badge/{ecosystem}/{name}"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.common.web.request import Request
from handlers.pkgwatch.api.badge import draw, handler, svg
from tests.handlers.gateway import Answer, call, proxy_event

SVG = "{http://www.w3.org/2000/svg}"


def badge(name: str | None, ecosystem: str = "npm", **query: str) -> Answer:
    path = {"ecosystem": ecosystem, **({} if name is None else {"name": name})}
    answer = call(handler, proxy_event("GET", "/badge/{ecosystem}/{name}", path=path, query=query))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    return answer


def texts(picture: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("score", "text", "colour"),
    [
        (100, "100", "#4c1"),
        (70, "70", "#4c1"),
        (69.9, "69", "#dfb317"),
        (50, "50", "#dfb317"),
        (49.9, "49", "#e05d44"),
        (0, "0", "#e05d44"),
        (None, "unknown", "#9f9f9f"),
    ],
)
def test_scores_and_colours(world: Any, score: float | None, text: str, colour: str) -> None:
    answer = badge(world.package(health_score=score))
    assert texts(answer.text) == ["pkgwatch", text]
    assert f'fill="{colour}"' in answer.text
    assert answer.headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    ("name", "ecosystem", "text"),
    [
        (None, "npm", "error"),
        ("", "npm", "error"),
        ("x" * 215, "cargo", "name too long"),
        ("lodash", "cargo", "invalid ecosystem"),
        ("no-such-package", "npm", "not found"),
        ("_x", "npm", "not found"),
    ],
)
def test_what_is_wrong_is_in_the_picture(world: Any, name: str | None, ecosystem: str, text: str) -> None:
    answer = badge(name, ecosystem)
    assert texts(answer.text)[1] == text
    assert 'fill="#9f9f9f"' in answer.text
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_a_table_that_fails(missing_table: Any) -> None:
    request = Request(proxy_event(path={"ecosystem": "npm", "name": "lodash"}))
    assert texts(draw(request, missing_table).body)[1] == "error"


@pytest.mark.parametrize(("style", "round_corners"), [("flat", True), ("flat-square", False), ("nonsense", True)])
def test_styles(world: Any, style: str, round_corners: bool) -> None:
    picture = badge(world.package(), style=style).text
    assert ("linearGradient" in picture) == round_corners
    assert ('rx="3"' in picture) == round_corners


def test_labels_are_cut_and_escaped(world: Any) -> None:
    answer = badge(world.package(), label="<b>&\"'" + "x" * 200)
    assert texts(answer.text)[0] == ("<b>&\"'" + "x" * 200)[:100]
    assert "<b>" not in answer.text


def test_boxes_are_as_wide_as_their_text() -> None:
    picture = ET.fromstring(svg("a&b", "71", "#4c1", "flat-square"))
    left, right = (int(box.get("width", "")) for box in picture.iter(f"{SVG}rect"))
    assert left == math.ceil(len("a&amp;b") * 6.5) + 20
    assert right == math.ceil(2 * 6.5) + 20
    assert (picture.get("width"), picture.get("height")) == (str(left + right), "20")


@given(st.text(), st.sampled_from(["flat", "flat-square"]))
def test_any_label_makes_a_picture(label: str, style: str) -> None:
    picture = svg(label, "71", "#4c1", style)
    ET.fromstring(picture.encode())
