"""The console on a deployed system: a request, its log, its items and its mail within two clicks of the start page."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pkgops import config
from pkgops.connect import connect
from pkgops.console.app import console
from pkgops.console.frame.later import Later
from pkgops.console.frame.navigation import navigation
from pkgops.console.frame.stage import ShownStage
from pkgops.console.guard import Guard
from pkgops.console.server import answer, listening
from pkgops.model import Stage
from tests.e2e.kefir.app import Kefir

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


@contextmanager
def opened(kefir: Kefir) -> Iterator[str]:
    """The address of a console that shows the stage."""
    root = kefir.project.root
    project = config.load("local", "kefir", root, environ={})
    shown = ShownStage(project.stage, root, Later(lambda: (project,)), Later(lambda: connect(project.stage, root)))
    with listening(0) as listener:
        guard = Guard(console(shown), listener.getsockname()[1])
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        loop, stopping = asyncio.new_event_loop(), asyncio.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(answer(guard, listener, stopping)))
        thread.start()
        try:
            yield f"{origin}/?token={guard.token()}"
        finally:
            loop.call_soon_threadsafe(stopping.set)
            thread.join(30)
            loop.close()


def test_a_request_and_what_came_of_it_are_two_clicks_away(kefir: Kefir, page: Page) -> None:
    from playwright.sync_api import expect

    user = kefir.user().logs_in()
    batch = user.batch()["batchId"]
    with opened(kefir) as address:
        page.goto(address)
        start = page.url

        page.click("nav >> text=Requests")  # the first click
        page.click("[aria-label='Log of POST /batches'] >> nth=0")  # the second
        expect(page.locator("#lines .line >> nth=0")).to_be_visible()
        expect(page.locator("#lines")).to_contain_text("REPORT")

        page.goto(start)
        page.click("nav >> text=Tables")
        page.click("[aria-label^='Items of'] >> nth=0")
        expect(page.locator("main")).to_contain_text(batch)

        page.goto(start)
        page.click("nav >> text=Mail")
        page.click(f"tr:has-text('{user.email}') >> a >> nth=0")
        expect(page.locator("code >> nth=0")).to_have_text(user.codes()[-1])


def test_requests_are_repeated_and_made_and_every_page_answers(kefir: Kefir, page: Page) -> None:
    from playwright.sync_api import expect

    user = kefir.user().logs_in()
    batch = user.batch()["batchId"]
    with opened(kefir) as address:
        page.goto(address)
        start = page.url
        page.goto(f"{start}requests")
        page.click("[aria-label='Replay POST /batches'] >> nth=0")
        page.click("text=Send it once more")
        expect(page.locator("#answer strong >> nth=0")).to_have_text("201")
        expect(page.locator("#answer .lines")).to_contain_text("REPORT")
        assert user.ask("GET", "/batches").json()["count"] == 2

        page.goto(f"{start}apis")
        page.click("#routes >> text=GET /batches >> nth=0")
        page.fill("textarea[name=headers]", f"Authorization: Bearer {user.tokens['idToken']}")
        page.click("button >> text=Send")
        expect(page.locator("#answer pre")).to_contain_text(batch)
        expect(page.locator("#answer .lines")).to_contain_text("REPORT")

        page.goto(f"{start}users")
        page.click("tbody a")
        expect(page.locator("tbody")).to_contain_text(user.email)
        for path, name in navigation(Stage("local")):
            page.goto(start.rstrip("/") + path)
            expect(page.locator("nav [aria-current=page]")).to_have_text(name)
            expect(page.locator(".waiting")).to_have_count(0)
            expect(page.locator("[role=alert]")).to_have_count(0)
