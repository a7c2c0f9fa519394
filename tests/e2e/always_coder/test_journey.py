"""From a distribution's address to a terminal: what somebody does in a browser, and what goes over the wire."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.e2e.always_coder.relay import Clients, Loop, Relay, new_session
from tests.e2e.always_coder.terminal import Terminal, echo, ended
from tests.srp import log_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

EMAIL = "journey@example.com"
COOKIES = ("id_token", "access_token", "refresh_token", "logged_in", "user_email")
# Output that tries to be more than text: markup, a title, a link, the clipboard, a question about the cursor, text that
# turns around, letters heaped on letters, numbers without end.
MARKUP = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
HOSTILE = (
    "\x1b]0;taken\x07\x1b]8;;javascript:alert(1)\x1b\\link\x1b]8;;\x1b\\\x1b]52;c;dGFrZW4=\x07\x1b[6n\x1b[c\x1b[5n\x1bP$qm\x1b\\"
    "\x1b[99999999999;99999999999H\x1b[9999999A\x1b[9999999L\x1b[38;5;999;48;2;9m\x1b[0m\r"
    + MARKUP
    + "\u202egnp.exe\u2066\u0000\u009b31me"
    + "\u0301" * 5000
    + "\r\n\x1b[31;1mred\x1b[0m end of it\r\n"
)


@dataclass
class Host:
    """A machine with a terminal, in a thread of its own."""

    loop: Loop
    clients: Clients
    terminal: Terminal


@pytest.fixture(scope="module")
def origin(relay: Relay) -> str:
    """The address of the distribution, with the system's own pages."""
    relay.project.pkgops("web", "publish", "always_coder", "--yes")
    return relay.outputs["WebUrl"]


@pytest.fixture(scope="module")
def password(relay: Relay) -> str:
    """What the user logs in with."""
    return relay.project.pkgops("users", "create", "always_coder", EMAIL, "--generate").stdout.strip()


@pytest.fixture
def host(relay: Relay, origin: str, password: str) -> Iterator[Host]:
    """The terminal of the user, who is logged in there, too."""
    pool, app = relay.outputs["UserPoolId"], relay.outputs["UserPoolClientId"]
    answer = log_in(relay.users, pool, app, EMAIL, password)
    loop, token = Loop(), answer["AuthenticationResult"]["AccessToken"]

    async def begin() -> tuple[Clients, Terminal, asyncio.Task[None]]:
        clients = await Clients(relay).__aenter__()
        terminal = Terminal(await clients.open(token), new_session(), echo, shown="welcome\r\n$ ")
        await terminal.begin(origin)
        return clients, terminal, asyncio.create_task(terminal.serve())

    clients, terminal, serving = loop.run(begin())
    try:
        yield Host(loop, clients, terminal)
    finally:
        loop.run(ended(serving))
        loop.run(clients.__aexit__())
        loop.close()


def enter(page: Page, password: str) -> None:
    """Logs in, after a try with a wrong password."""
    from playwright.sync_api import expect

    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill("Wrong-horse-7")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("Incorrect username or password.")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#visitor")).to_have_text(EMAIL)
    kept = {cookie["name"]: (cookie["path"], cookie["secure"], cookie["sameSite"]) for cookie in page.context.cookies()}
    assert kept == {name: ("/auth" if name == "refresh_token" else "/", True, "Lax") for name in COOKIES}


def endure(page: Page, host: Host) -> None:
    """Has the terminal show what is hostile, and goes on."""
    from playwright.sync_api import expect

    screen = page.locator("#screen")
    host.loop.run(host.terminal.show(HOSTILE))
    expect(screen).to_contain_text("red end of it")
    shown = screen.text_content() or ""
    assert MARKUP in shown
    assert not re.search("[\u202e\u2066\u0000\u009b]", shown)
    assert shown.count("\u0301") < 20
    assert (screen.locator("img, script, a").count(), page.title()) == (0, f"{host.terminal.session} · Always Coder")
    page.keyboard.type("still me")
    expect(screen).to_contain_text("still me")


def test_from_the_address_to_a_terminal_and_out_again(page: Page, origin: str, host: Host, password: str) -> None:
    from playwright.sync_api import expect

    faults: list[str] = []
    page.on("console", lambda message: message.type == "error" and faults.append(message.text))
    page.goto(f"{origin}/?a=b")
    expect(page).to_have_url(re.compile(re.escape(f"{origin}/login?state=")))
    enter(page, password)
    expect(page).to_have_url(re.compile(rf"{re.escape(origin)}/(index\.html)?\?a=b"))

    row = page.get_by_role("listitem").filter(has_text=host.terminal.session)
    row.get_by_role("link", name="bash -l").click()
    screen = page.locator("#screen")
    expect(page.get_by_role("status")).to_have_text("Connected")
    expect(screen.get_by_text("welcome")).to_be_in_viewport()
    page.keyboard.type("echo ünï€🙂")
    page.keyboard.press("Enter")
    expect(screen).to_contain_text("$ echo ünï€🙂")
    assert host.terminal.sizes[-1]["cols"] > 40
    assert not any("echo" in frame or "ü" in frame for frame in host.terminal.frames)
    endure(page, host)
    assert "".join(host.terminal.typed) == "echo ünï€🙂\rstill me"  # nothing was typed by what was shown

    page.goto(f"{origin}/session.html?id={host.terminal.session}&key={'A' * 43}%3D")
    expect(page.get_by_role("status")).to_contain_text("key is another one than the link's")
    page.get_by_role("link", name="Log out").click()
    expect(page).to_have_url(f"{origin}/login")
    assert page.context.cookies() == []
    page.goto(f"{origin}/session.html?id={host.terminal.session}")
    expect(page.get_by_label("Email")).to_be_visible()
    assert [fault for fault in faults if "400 (Bad Request)" not in fault] == []  # but for the wrong password


def test_the_hosted_pages_lead_back_through_the_edge(page: Page, relay: Relay, origin: str, password: str) -> None:
    from playwright.sync_api import expect

    wanted = f"{origin}/join.html?x=%2F"
    query = {
        "client_id": relay.outputs["UserPoolClientId"],
        "response_type": "code",
        "scope": "openid email profile",
        "redirect_uri": relay.outputs["CognitoCallbackUrl"],
        "state": b64encode(json.dumps({"returnUrl": wanted}).encode()).decode(),
    }
    page.goto(f"{relay.outputs['CognitoHostedUIUrl']}/oauth2/authorize?{urlencode(query)}")
    page.get_by_label("Username").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(wanted)
    expect(page.locator("#visitor")).to_have_text(EMAIL)
    hidden = {cookie["name"]: cookie["httpOnly"] for cookie in page.context.cookies() if cookie["secure"]}
    assert hidden == dict.fromkeys(COOKIES[:3], True) | dict.fromkeys(COOKIES[3:], False)
    page.get_by_role("link", name="Sessions").click()
    expect(page.get_by_role("link", name="Log in there")).to_be_visible()  # its scripts cannot read such tokens
