"""What a stage holds, in a real browser: objects, items, users, routes, requests, dead letters, rows of a database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pkgops.errors import AccessError
from pkgops.local.api_request import ApiRequest, Replayed
from tests.pkgops.console.conftest import HOSTILE, Served, now, serving, stage_of
from tests.pkgops.console.test_apis_page import REPORT, gateway
from tests.pkgops.console.test_browser import browser, expect_title  # noqa: F401 - a fixture
from tests.pkgops.console.test_database_page import database, deployed  # noqa: F401 - a fixture
from tests.postgresql import NEEDED, Database

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

GROUP = "/aws/lambda/shop-order-local"


@contextmanager
def accepted(page: Page) -> Iterator[None]:
    """The user says yes to the question that is asked meanwhile."""
    page.once("dialog", lambda dialog: dialog.accept())
    yield


def test_an_object_is_looked_at_downloaded_and_deleted(browser: Page, served: Served) -> None:  # noqa: F811
    from playwright.sync_api import expect

    browser.click("nav >> text=Buckets")
    browser.click("tbody a")
    browser.click("text=notes/")
    expect(browser.locator("tbody")).to_contain_text("<script>document.title")
    browser.click("tbody th a >> text=.html")
    expect(browser.locator("pre")).to_contain_text("<script>document.title")
    with browser.expect_download() as downloaded:
        browser.click("text=Download")
    assert downloaded.value.path().read_bytes() == HOSTILE.encode()
    with accepted(browser):
        browser.click("button >> text=Delete")
    expect(browser.locator("[role=status]")).to_contain_text("Deleted notes/")
    assert not any("script" in key for key in served.shown.ports.objects.buckets["shopmainlocalfiles"])
    browser.goto(f"{served.origin}/buckets/shopmainlocalfiles/object?key=picture.png")
    assert browser.evaluate("document.querySelector('.preview').naturalWidth") == 1
    expect_title(browser)


def test_an_item_is_edited_unless_somebody_else_was_faster(browser: Page, served: Served) -> None:  # noqa: F811
    from playwright.sync_api import expect

    items = served.shown.ports.tables.items["shop-things-local"]
    browser.click("nav >> text=Tables")
    browser.click("[aria-label='Items of shop-things-local']")
    browser.click("text=edit >> nth=0")
    text = json.loads(browser.input_value("textarea"))
    browser.fill("textarea", json.dumps({**text, "owner": {"S": HOSTILE}}))
    browser.click("button >> text=Save")
    expect(browser.locator("[role=status]")).to_have_text("Saved.")
    assert items["a", "00"]["owner"] == HOSTILE
    items["a", "00"]["owner"] = "somebody"
    browser.click("button >> text=Save")
    expect(browser.locator("#answer [role=alert]")).to_contain_text("has changed since it was read")
    assert "owner" in browser.input_value("textarea")  # what was typed stays
    browser.reload()
    with accepted(browser):
        browser.click("button >> text=Delete")
    expect(browser.locator("[role=status]")).to_have_text("Deleted.")
    assert ("a", "00") not in items
    expect_title(browser)


def test_a_user_is_confirmed_and_one_created(browser: Page, served: Served) -> None:  # noqa: F811
    from playwright.sync_api import expect

    browser.click("nav >> text=Users")
    browser.click("tbody a")
    with accepted(browser):
        browser.click("[aria-label='Confirm: new@example.com']")
    expect(browser.locator("[role=status]")).to_have_text("Confirmed.")
    assert served.shown.ports.users.unconfirmed == set()
    browser.fill("input[name=email] >> nth=1", "fresh@example.com")
    browser.click("button >> text=Create")
    code = browser.locator("#answer code")
    expect(code).to_be_visible()
    assert code.inner_text() == served.shown.ports.users.created[0][1].password
    browser.click("nav >> text=Secrets")
    expect(browser.locator("tbody a >> nth=0")).to_have_text("order")
    expect_title(browser)


def test_a_route_is_tried_and_a_request_repeated(browser: Page, served: Served) -> None:  # noqa: F811
    from playwright.sync_api import expect

    logs, emulator = served.shown.ports.logs, served.shown.emulator
    logs.write(GROUP, "s", [(now() + 60_000, line) for line in (f"gateway-1 {HOSTILE}", REPORT)])
    with gateway() as api:
        served.shown.ports.endpoint = api.address
        browser.click("nav >> text=APIs")
        browser.fill("input[type=search]", "post")
        expect(browser.locator("#routes tbody tr:visible")).to_have_count(1)
        browser.click("#routes tbody tr:visible a")
        browser.fill("textarea[name=body]", '{"amount": 3}')
        browser.click("button >> text=Send")
        expect(browser.locator("#answer")).to_contain_text("201")
        expect(browser.locator("#answer .lines")).to_contain_text("<script>document.title")
        assert api.sent[0][:3] == ("POST", "/_aws/execute-api/shopmainlocalapi/$default/orders", '{"amount": 3}')
    time = "2026-05-01T09:30:00.000+00:00"
    emulator.rows.append(ApiRequest(1, time, "GET", "shopmainlocalapi", "/orders/7", 500, 3, "gateway-1", kept=True))
    emulator.answers[1] = Replayed(200, 4, "gateway-1", (), HOSTILE.encode())
    browser.click("nav >> text=Requests")
    browser.click("[aria-label='Replay GET /orders/7']")
    expect(browser.locator("#lines")).to_contain_text("gateway-1")
    browser.click("text=Send it once more")
    expect(browser.locator("#answer pre")).to_contain_text("<script>document.title")
    expect_title(browser)


def test_a_dead_letter_has_its_cause_and_is_sent_back_alone(browser: Page, served: Served) -> None:  # noqa: F811
    from playwright.sync_api import expect

    queues = served.shown.ports.queues
    queues.attributes["dead"] = {"ErrorMessage": f"broken {HOSTILE}", "RequestID": "r-5"}
    browser.click("nav >> text=Queues")
    browser.wait_for_url("**/queues")
    browser.click("[aria-label='Peek into shop-jobs-dlq-local']")
    expect(browser.locator("#messages .cause")).to_contain_text("broken <script>")
    browser.check("[name='id:1']")
    with accepted(browser):
        browser.click("text=Redrive the chosen")
    expect(browser.locator("#messages")).to_contain_text("1 of 1 moved")
    assert queues.waiting["shop-jobs-dlq-local"] == [HOSTILE]
    expect_title(browser)


@NEEDED
def test_rows_are_read(page: Page, root: Any, database: Database) -> None:  # noqa: F811
    from playwright.sync_api import expect

    with serving(deployed(stage_of(root, "local"), database)) as found:
        page.goto(found.address)
        page.click("nav >> text=Database")
        page.click("tbody a >> text=notes")
        expect(page.locator("h2")).to_have_text("Rows 1 to 50")
        expect(page.locator("tbody tr >> nth=0")).to_contain_text("<script>document.title")
        page.click("text=More")
        expect(page.locator("h2")).to_have_text("Rows 51 to 60, all there are")
        page.fill("textarea", "DELETE FROM notes")
        page.click("button >> text=Read")
        expect(page.locator("[role=alert]")).to_be_visible()
        expect(page.locator("textarea")).to_have_value("DELETE FROM notes")
        expect_title(page)


def test_what_has_ended_is_asked_for_again(browser: Page, served: Served) -> None:  # noqa: F811
    from playwright.sync_api import expect

    emulator: Any = served.shown.emulator
    row = ApiRequest(1, "2026-05-01T09:30:00.000+00:00", "GET", "a1", "/orders", 200, 3, "r-1")
    emulator.rows.append(row)
    browser.click("nav >> text=Requests")
    rows, state = browser.locator("#requests tbody tr"), browser.locator("#lines-state")
    expect(state).to_have_text("1 request.")
    answers = emulator.requests

    def down(after: int) -> list[ApiRequest]:
        raise AccessError("The emulator is not running.")

    emulator.requests = down
    expect(state).to_have_text("The emulator is not running. Trying again…")
    assert rows.count() == 1
    emulator.rows = [row, replace(row, number=2, path="/later")]
    emulator.requests = answers
    expect(rows).to_have_count(2)
    expect(state).to_have_text("2 requests.")
    browser.goto(f"{served.origin}/logs?since=never")
    expect(state).to_contain_text("'never' is not a time. Give how long ago")
