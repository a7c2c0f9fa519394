"""Content types and cache headers by a file's name."""

from __future__ import annotations

import pytest

from pkgops.operate.web.kinds import IMMUTABLE, REVALIDATED, cache_control, content_type


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("a/index.HTML", "text/html; charset=utf-8"),
        ("x.mjs", "text/javascript; charset=utf-8"),
        ("x.js.map", "application/json"),
        ("x.wasm", "application/wasm"),
        ("site.webmanifest", "application/manifest+json"),
        ("x.svg", "image/svg+xml"),
        ("x.woff2", "font/woff2"),
        ("favicon.ico", "image/x-icon"),
        (".well-known/apple-app-site-association", "application/json"),
        ("CNAME", "application/octet-stream"),
        ("x.unheard", "application/octet-stream"),
        ("dir.html/file", "application/octet-stream"),
    ],
)
def test_types(key: str, wanted: str) -> None:
    assert content_type(key) == wanted


@pytest.mark.parametrize(
    "key",
    ["main.3f9a1c07.js", "a/main-3F9A1C07BB.css", "3f9a1c0712.woff2", "x_0a1b2c3d.js.map", "_next/static/_m.js"],
)
def test_what_changes_its_name_is_kept_for_a_year(key: str) -> None:
    assert cache_control(key, ("_next/static/*",)) == IMMUTABLE


@pytest.mark.parametrize(
    "key",
    [
        "index.html",
        "page.3f9a1c07.html",
        "_next/static/x.html",
        "report-20240101.pdf",  # a date
        "component.js",
        "defaced-facade.js",
        "app.3f9a1c0.js",  # seven digits
        "3f9a1c0712/app.js",  # the directory's name alone
        "sw.js",
        "manifest.json",
        "x3f9a1c0712y.js",
    ],
)
def test_everything_else_is_asked_for_each_time(key: str) -> None:
    assert cache_control(key, ("_next/static/*",)) == REVALIDATED
