"""Package names: which are valid, and how they are normalized."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.pkgwatch.packages.package_names import is_valid, normalize, package_key

ECOSYSTEMS = st.sampled_from(["npm", "pypi"])


@pytest.mark.parametrize(
    "name", ["Server", "@_ndk/motion", "a..b", "lodash", "@babel/core", "x", "1", "a~b", "a" * 214, "@a/b-.~_"]
)
def test_valid_npm_names(name: str) -> None:
    assert is_valid("npm", normalize("npm", name))


@pytest.mark.parametrize(
    "name",
    [
        *("_x", ".x", "", "/x", "../x", "a/../b", "@a/..", "a/..", "a/b", "@/a", "@a/", "@a/b/c", "a b", "a\n"),
        *("a" * 215, "%40babel/core", "\u212a", "é", "a\x00"),
    ],
)
def test_invalid_npm_names(name: str) -> None:
    assert not is_valid("npm", normalize("npm", name))


@pytest.mark.parametrize(
    ("name", "normalized"), [("Django", "django"), ("zope.interface", "zope-interface"), ("a__-.b", "a-b"), ("x", "x")]
)
def test_valid_pypi_names(name: str, normalized: str) -> None:
    assert normalize("pypi", name) == normalized
    assert is_valid("pypi", normalized)


@pytest.mark.parametrize("name", ["-a", "a-", "_a", "", "a b", "a/b", "@a/b", "a" * 129, "a\n", "é"])
def test_invalid_pypi_names(name: str) -> None:
    assert not is_valid("pypi", normalize("pypi", name))


@given(ECOSYSTEMS, st.text())
def test_normalizing_twice_changes_nothing(ecosystem: str, name: str) -> None:
    once = normalize(ecosystem, name)
    assert normalize(ecosystem, once) == once


@given(ECOSYSTEMS, st.from_regex(r"[@A-Za-z0-9._~/-]{0,20}", fullmatch=True))
def test_no_valid_name_walks_a_path(ecosystem: str, name: str) -> None:
    if is_valid(ecosystem, name):
        assert not any(part in ("", ".", "..") for part in name.split("/"))
        assert not name.startswith("/")


def test_keys() -> None:
    assert package_key("npm", "@babel/core") == ("npm#@babel/core", "LATEST")
