"""Which path pattern takes which request."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pkgops.local.edge.patterns import matches, normalized


@pytest.mark.parametrize(
    ("pattern", "uri", "taken"),
    [
        ("/images/*.jpg", "/images/a/b.jpg", True),
        ("images/*.jpg", "/images/a.jpg", True),
        ("/images/*.jpg", "/images/a.JPG", False),
        ("/Images/*", "/images/a", False),
        ("*.js", "/deep/er/x.js", True),
        ("/a??.jpg", "/ant.jpg", True),
        ("/a??.jpg", "/a.jpg", False),
        ("/auth/callback", "/auth/callback", True),
        ("/auth/callback", "/auth/callback/", False),
        ("/auth/callback", "/auth/other/../callback", True),
        ("/auth/callback", "/auth/%63allback", True),
        ("/a b", "/a%20b", True),
        ("/api/*", "/api", False),
        ("/api/*", "/api/", True),
        ("/x.y", "/xzy", False),
        ("/[ab]", "/a", False),
        ("*", "/", True),
    ],
)
def test_a_pattern_takes_whole_paths(pattern, uri, taken):
    assert matches(pattern, uri) is taken


def reference(pattern, text):
    """The same, by definition: characters, one at a time."""
    reached = {0}
    for one in pattern:
        if one == "*":
            reached = set(range(min(reached, default=len(text) + 1), len(text) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(text) and one in ("?", text[at])}
    return len(text) in reached


PATHS = st.lists(
    st.text("abAB.-_é\n+[]", min_size=1, max_size=4).filter(lambda one: one not in (".", "..")), max_size=4
)


@given(st.text("abAB.-*?/é\n+[]", max_size=12), PATHS)
@example("a*b*a*b*a*b*c", ["abababababababababababababababab" * 8])
@example("**************************x", ["a" * 500])
def test_any_pattern_means_what_its_characters_do(pattern, segments):
    path = "/" + "/".join(segments)
    whole = pattern if pattern.startswith("/") else f"/{pattern}"
    assert matches(pattern, quote(path)) is reference(whole, path)


@given(st.text("/.ab", max_size=12))
def test_no_path_leaves_its_root(text):
    found = normalized(f"/{text}")
    assert found.startswith("/")
    assert not {".", ".."} & set(found.split("/"))
    assert normalized(found) == found
