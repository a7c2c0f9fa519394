"""Repository URLs in the forms packages use."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.pkgwatch.collect.sources.repository_urls import clean_url, github_repository


@pytest.mark.parametrize(
    ("written", "url", "repository"),
    [
        ("git+https://github.com/a/b.git", "https://github.com/a/b", ("a", "b")),
        ("git://github.com/a/b.git#main", "https://github.com/a/b", ("a", "b")),
        ("git+ssh://git@github.com/a/b.git", "https://github.com/a/b", ("a", "b")),
        ("git@github.com:a/b.git", "https://github.com/a/b", ("a", "b")),
        ("github:a/b", "https://github.com/a/b", ("a", "b")),
        ("gitlab:a/b", "https://gitlab.com/a/b", None),
        ("a/b.js", "https://github.com/a/b.js", ("a", "b.js")),
        ({"url": "https://www.github.com/a/b/"}, "https://www.github.com/a/b", ("a", "b")),
        ("https://github.com/a/b?tab=readme", "https://github.com/a/b", ("a", "b")),
        ("https://github.com/a/b/tree/main/packages/c", "https://github.com/a/b/tree/main/packages/c", None),
        ("https://github.com/sponsors/b", "https://github.com/sponsors/b", None),
        ("https://github.com/a", "https://github.com/a", None),
        ("https://github.com/a/..", "https://github.com/a/..", None),
        ("https://notgithub.com/a/b", "https://notgithub.com/a/b", None),
        ("https://evil.example/github.com/a/b", "https://evil.example/github.com/a/b", None),
        ("javascript:alert(1)", "", None),
        ("", "", None),
        (None, "", None),
        ({"url": 5}, "", None),
    ],
)
def test_repository_urls(written: Any, url: str, repository: tuple[str, str] | None) -> None:
    assert clean_url(written) == url
    assert github_repository(url) == repository
