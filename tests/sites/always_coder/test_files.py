"""Are the pages what they seem: files of their own site, without code in markup and without markup in code?"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.repository import ROOT

SITES = ROOT / "sites"
PAGES = sorted(SITES.rglob("*.html"))
SCRIPTS = sorted(SITES.rglob("*.js"))
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function|setAttribute"
)


class Found(HTMLParser):
    """What of a page could load or run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href", "action")]
        self.inline += [name for name, _ in attributes if name.startswith("on") or name == "style"]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in given) else []
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_runs_files_of_its_own_site_and_nothing_else(path):
    found = Found(path.read_text(encoding="utf-8"))
    assert found.inline == []
    assert [address for address in found.addresses if not re.match(r"/(?!/)|data:,$", address)] == []
    assert found.policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in found.policy


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_writes_text_and_imports_its_neighbours(path):
    text = path.read_text(encoding="utf-8")
    assert MARKUP.findall(text) == []
    assert re.findall(r"from \"(?!/js/[a-z]+\.js\")[^\"]*\"", text) == []
    assert len(text.splitlines()) <= 250
