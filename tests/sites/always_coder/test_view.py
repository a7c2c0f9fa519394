"""Where a terminal's letters are on the page."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

FITTED = """(async () => {
    const {Screen} = await import("/js/screen.js");
    const place = Object.assign(document.createElement("main"), {id: "screen"});
    document.body.className = "terminal";
    document.body.replaceChildren(place);
    const shown = new Screen(80, 24);
    const drawn = new view.View(shown, place);
    const {cols, rows} = drawn.size();
    shown.resize(cols, rows);
    shown.write("X".repeat(cols) + "\\r\\n".repeat(rows - 1) + "end");
    drawn.update();
    const line = place.firstChild.getBoundingClientRect().height;
    const [across, down] = [place.scrollWidth - place.clientWidth, place.scrollHeight - place.clientHeight];
    const spare = place.getBoundingClientRect().bottom - place.lastChild.getBoundingClientRect().bottom;
    return {rows, across, down, lines: place.childElementCount, spare: spare / line, top: place.scrollTop};
})()"""


def test_as_many_letters_as_fit_and_no_line_is_above_the_page(run):
    found = run("view", FITTED)
    assert (found["across"], found["down"], found["top"]) == (0, 0, 0)
    assert found["lines"] == found["rows"] > 20
    assert found["spare"] < 1.5  # lines, the border around them included
