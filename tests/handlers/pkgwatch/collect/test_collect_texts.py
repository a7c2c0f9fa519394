"""Addresses of repositories as people write them, and errors that say too much."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.pkgwatch.collect.error_redaction import redacted
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


def test_what_must_not_be_kept_of_an_error() -> None:
    text = (
        "arn:aws:sqs:us-east-1:123456789012:q ghp_abc123 github_pat_A_1 sk-live-1 sk_test_2 Bearer x.y-z 210987654321."
    )
    assert redacted(text) == "[arn] [token] [token] [key] [key] Bearer [token] [account]."
    assert len(redacted("x" * 900)) == 500
    assert redacted("task-force 2024-01-01 1234567890123") == "task-force 2024-01-01 1234567890123"
