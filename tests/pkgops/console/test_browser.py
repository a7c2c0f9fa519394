"""The console in a real browser: what the user does, and what hostile text does not."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pkgops.local.api_request import ApiRequest
from tests.pkgops.console.conftest import HOSTILE, Served, mail, now
from tests.pkgops.console.test_drawn_pages import measure

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

ARTIFACTS = "PKGOPS_TEST_ARTIFACTS"
"""A directory for pictures of pages whose test has failed."""


@pytest.fixture
def browser(page: Page, served: Served, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that has opened the console; its picture is kept if the test fails."""
    failed = request.session.testsfailed
    page.goto(served.address)
    yield page
    if request.session.testsfailed > failed and (folder := os.environ.get(ARTIFACTS)):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{request.node.name}.png", full_page=True)


def expect_title(page: Page) -> None:
    """Hostile text would have changed it."""
    assert page.title() != "taken"


def test_the_address_is_the_way_in(page: Page, served: Served) -> None:
    page.goto(served.origin)
    assert "not known here" in page.inner_text("body")
    page.goto(served.address)
    assert page.url == f"{served.origin}/"
    assert page.inner_text("h1") == "Stage local"
    assert page.evaluate("document.cookie") == ""
    page.reload()
    assert page.inner_text("h1") == "Stage local"


def test_a_saved_event_is_sent(browser: Page, served: Served) -> None:
    from playwright.sync_api import expect

    browser.click("nav >> text=Functions")
    browser.fill("input[type=search]", "order")
    expect(browser.locator("#functions tbody tr:visible")).to_have_count(1)
    browser.click("#functions >> text=order")
    browser.wait_for_load_state()  # before that, what is chosen waits for the button beside it
    browser.select_option("select", "large")
    browser.wait_for_url(lambda url: url.endswith("event=large"))
    expect(browser.locator("textarea")).to_have_value('{"amount": 1000}')
    browser.focus("textarea")
    browser.keyboard.press("Control+Enter")
    expect(browser.locator("#answer .answer")).to_contain_text('"amount": 1000')
    expect(browser.locator("#answer")).to_contain_text("REPORT")
    assert "event=large" in browser.url
    browser.fill("textarea", "{")
    browser.click("main >> text=Invoke >> nth=-1")
    expect(browser.locator("#answer [role=alert]")).to_contain_text("is not JSON")
    expect_title(browser)


def test_lines_follow_pause_and_stay_harmless(browser: Page, served: Served) -> None:
    from playwright.sync_api import expect

    logs: Any = served.shown.ports.logs
    group = "/aws/lambda/shop-order-local"
    logs.write(group, "s", [(now(), json.dumps({"level": "ERROR", "message": HOSTILE}))])
    browser.click("nav >> text=Logs")
    lines = browser.locator("#lines .line")
    expect(lines).to_have_count(1)
    expect(lines.first).to_contain_text("<script>document.title")
    logs.write(group, "s", [(now(), "second")])
    expect(lines).to_have_count(2)
    browser.click("text=Pause")
    logs.write(group, "s", [(now(), "third")])
    expect(browser.locator("#lines-state")).to_have_text("Paused; 1 new.")
    assert lines.count() == 2
    browser.click("text=Pause")
    expect(lines).to_have_count(3)
    browser.select_option("select[name=level]", "ERROR")
    expect(browser).to_have_url(f"{served.origin}/logs?system=&function=&level=ERROR&text=&request=&since=10m")
    expect(lines).to_have_count(1)
    expect_title(browser)


def test_a_request_leads_to_its_log(browser: Page, served: Served) -> None:
    from playwright.sync_api import expect

    emulator: Any = served.shown.emulator
    time = "2026-05-01T09:30:00.000+00:00"
    emulator.rows.append(ApiRequest(1, time, "GET", "a1", "/orders", 200, 3, "r-1"))
    browser.click("nav >> text=Requests")
    rows = browser.locator("#requests tbody tr")
    expect(rows).to_have_count(1)
    emulator.rows.append(ApiRequest(2, time, "POST", "a1", f"/{HOSTILE}", 500, 3, "r-2"))
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("POST")
    browser.click("[aria-label='Log of GET /orders']")
    expect(browser.locator("input[name=request]")).to_have_value("r-1")
    expect(browser.locator("input[name=since]")).to_have_value(time)  # however long ago that is
    expect_title(browser)


def test_mail_cannot_do_anything(browser: Page, served: Served) -> None:
    from playwright.sync_api import expect

    emulator: Any = served.shown.emulator
    leave = "<form action='/queues/shop-jobs-dlq-local/redrive' method=post><button>Go</button></form>"
    emulator.mails.append(mail(1, HOSTILE, "Open https://x.example/a", f"<p>Hello</p>{HOSTILE}{leave}"))
    browser.click("nav >> text=Mail")
    browser.click("tbody a")
    frame = browser.frame_locator("iframe")
    expect(frame.locator("p")).to_have_text("Hello")
    frame.locator("button").click()
    expect(frame.locator("p")).to_have_text("Hello")
    expect_title(browser)
    assert served.shown.ports.queues.waiting["shop-jobs-dlq-local"] != []
    browser.goto(f"{served.origin}/mail/mail-1/body")  # by itself it may do no more
    assert browser.title() == ""


def test_a_table_is_asked_and_a_queue_redriven(browser: Page, served: Served) -> None:
    from playwright.sync_api import expect

    browser.click("nav >> text=Tables")
    browser.click("text=shop-things-local")
    browser.wait_for_url("**/tables/shop-things-local")
    browser.keyboard.press("/")
    browser.keyboard.type("a")
    browser.keyboard.press("Enter")
    expect(browser.locator("h2")).to_have_text("3 of 3 read")
    browser.reload()
    expect(browser.locator(".item")).to_have_count(3)
    browser.click("text=Read everything")
    browser.click("text=More")
    expect(browser.locator(".item")).to_have_count(10)
    browser.go_back()
    expect(browser.locator(".item")).to_have_count(50)
    browser.click("nav >> text=Queues")
    browser.wait_for_url("**/queues")  # and its script is there
    browser.click("[aria-label='Peek into shop-jobs-dlq-local']")
    expect(browser.locator("#messages article")).to_have_count(2)
    browser.once("dialog", lambda dialog: dialog.accept())
    browser.click("[aria-label='Redrive shop-jobs-dlq-local']")
    expect(browser.locator("#messages")).to_contain_text("2 of 2 moved")
    expect_title(browser)


def test_charts_follow_the_page(browser: Page, served: Served) -> None:
    """The frame is there at once; what was measured, drift and the estimate lead on."""
    from playwright.sync_api import expect

    measure(served.shown)
    browser.click("main >> text=Shop")
    browser.click("text=Detect drift")
    expect(browser.locator("#drift")).to_contain_text("main")
    browser.click("main >> text=metrics")
    expect(browser.locator(".metrics svg")).to_have_count(2)
    browser.select_option("select[name=back]", "1d")
    expect(browser).to_have_url(f"{served.origin}/metrics?system=shop&back=1d")
    browser.click(".metrics >> text=order")
    expect(browser.locator("main")).to_contain_text("No invocation since 1d")
    browser.click("nav >> text=Deployment")
    expect(browser.locator("main")).to_contain_text("No deployment since 7d")
    browser.click("nav >> text=Cost")
    browser.check("text=Subtract free tiers")
    expect(browser).to_have_url(f"{served.origin}/cost?system=shop&free_tier=1")
    expect_title(browser)


PAGES = (
    "/",
    "/systems/shop",
    "/functions",
    "/functions/shop-order-local?event=large",
    "/logs",
    "/requests",
    "/tables",
    "/tables/shop-things-local?partition=a",
    "/tables/shop-things-local/item",
    "/queues",
    "/requests/1",
    "/apis",
    "/apis/route?system=shop&api=main.Api&method=GET&path=/orders/{id}",
    "/buckets",
    "/buckets/shopmainlocalfiles",
    "/buckets/shopmainlocalfiles/object?key=picture.png",
    "/users",
    "/users/shopmainlocalmembers",
    "/secrets",
    "/database",
    "/mail",
    "/mail/mail-1",
    "/metrics?system=shop",
    "/deployment?system=shop",
    "/cost?system=shop",
    "/absent",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Page, served: Served, scheme: Any) -> None:
    """Neither on a desk nor on a telephone, where nothing is wider than the page either."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect

    measure(served.shown)
    logs, emulator = served.shown.ports.logs, served.shown.emulator
    logs.write("/aws/lambda/shop-order-local", "s", [(now(), json.dumps({"level": "ERROR", "message": "no"}))])
    emulator.mails.append(mail(1, "Welcome", "Open https://x.example/a", "<html lang=en><title>a</title><p>Hello"))
    emulator.rows.append(ApiRequest(1, "2026-05-01T09:30:00.000+00:00", "GET", "a1", "/orders", 500, 3, "r-1"))
    browser.emulate_media(color_scheme=scheme)
    for width, path in [*((1280, path) for path in PAGES), *((390, path) for path in PAGES)]:
        browser.set_viewport_size({"width": width, "height": 800})
        browser.goto(served.origin + path)
        if path in ("/logs", "/requests"):
            browser.wait_for_selector(".line, tbody tr")
        expect(browser.locator(".waiting")).to_have_count(0)  # what follows is there
        assert browser.evaluate("document.documentElement.scrollWidth") <= width, path
        if scheme == "dark" or width == 1280:
            found = Axe().run(browser)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
