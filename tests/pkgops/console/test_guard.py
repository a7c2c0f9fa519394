"""Who gets in, and what a page may do."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from pkgops.console.frame.navigation import MODULES
from pkgops.errors import RefusedError
from tests.pkgops.console.conftest import Opened, Served, serving, stage_of

PATHS = ("/", "/logs", "/logs/lines", "/static/console.js", "/tables/shop-things-local?scan=1", "/absent")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_shown_without_the_cookie(served: Served, path: str) -> None:
    answer = served.client().get(path)
    assert (answer.status_code, "shop" in answer.text) == (403, False)


def test_the_token_works_once(served: Served) -> None:
    address = served.address
    first, second = served.client(), served.client()
    answer = first.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=Strict"} <= set(answer.headers["set-cookie"].split("; "))
    assert first.get("/").status_code == 200
    assert second.get(address).status_code == second.get("/?token=wrong").status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8040"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_other_sites_get_nothing(pages: Opened, headers: dict[str, str]) -> None:
    assert pages.get("/", **headers).status_code == 403
    assert pages.client.get(pages.served.address, headers=headers).status_code == 403


def test_what_a_page_may_load_is_its_own(pages: Opened) -> None:
    for path in ("/", "/static/console.js", "/absent"):
        policy = pages.get(path).headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
    markup = pages.text("/") + pages.text("/functions/shop-order-local")
    assert "//" not in markup.replace("http://www.w3.org", "").partition("</head>")[0]
    assert "<style" not in markup
    assert "style=" not in markup
    assert "onclick" not in markup


def writes() -> list[str]:
    modules = {import_module(f"pkgops.console.pages.{name}") for name in MODULES.values()}
    routes = [one for module in modules for one in module.ROUTES if "POST" in (one.methods or ())]
    return [re.sub(r"\{.*?\}", "shop-jobs-dlq-local", one.path.replace("{number:int}", "1")) for one in routes]


def test_every_write_needs_the_token_of_a_form(pages: Opened) -> None:
    paths = writes()
    assert len(paths) >= 3
    for path in paths:
        without = pages.client.post(path, headers={"origin": pages.served.origin})
        assert (without.status_code, "older than" in without.text) == (403, True)
        foreign = pages.client.post(path, data={"form_token": pages.form_token}, headers={"origin": "http://x.example"})
        unnamed = pages.client.post(path, data={"form_token": pages.form_token})
        assert (foreign.status_code, unnamed.status_code) == (403, 403)
    assert pages.served.shown.ports.queues.waiting["shop-jobs-dlq-local"] != []


@pytest.mark.parametrize(
    ("name", "allowed", "writable"),
    [("local", "", True), ("dev", "", False), ("dev", "dev", True), ("safe", "safe", False)],
)
def test_a_stage_on_aws_is_only_shown(root, name: str, allowed: str, writable: bool) -> None:
    shown = stage_of(root, name, allowed)
    with serving(shown) as served:
        pages = Opened(served)
        invoked = pages.post(f"/functions/shop-order-{name}/invoke", event="{}")
        assert (invoked.status_code == 200) == writable == (len(shown.ports.functions.calls) == 1)
        moved = pages.post(f"/queues/shop-jobs-dlq-{name}/redrive")
        assert (moved.status_code == 200) == writable == (shown.ports.queues.waiting[f"shop-jobs-dlq-{name}"] == [])
        assert (">Invoke</button>" in pages.text(f"/functions/shop-order-{name}")) == writable
        assert ("read-only" in pages.text("/")) != writable
        assert (pages.post(f"/queues/shop-jobs-{name}/peek").status_code == 200) == writable
        assert pages.post(f"/queues/shop-jobs-dlq-{name}/peek").status_code == 200
    if not writable:
        with pytest.raises(RefusedError):
            shown.require_writable()


def test_a_form_has_an_end(pages: Opened) -> None:
    answer = pages.post("/functions/shop-order-local/invoke", event="1" * 7_000_001)
    assert (answer.status_code, "too long" in answer.text) == (400, True)
