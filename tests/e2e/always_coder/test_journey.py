"""From a distribution's address to a terminal: what somebody does in a browser, and what goes over the wire."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.e2e.always_coder.relay import PASSWORD, Clients, Loop, Relay, new_session
from tests.e2e.always_coder.terminal import Terminal, echo, ended
from tests.sites.always_coder.served import served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

EMAIL = "journey@example.com"
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


@pytest.fixture
def origin(relay: Relay) -> Iterator[str]:
    """The address of the pages."""
    outputs = relay.outputs
    cognito = {"userPoolId": outputs["UserPoolId"], "clientId": outputs["UserPoolClientId"], "region": "us-east-1"}
    endpoint = {"endpoint": relay.project.emulator.endpoint}
    with served({"server": outputs["WebSocketUrl"], "webUrl": "", "cognito": cognito | endpoint}) as origin:
        yield origin


@pytest.fixture
def host(relay: Relay, origin: str) -> Iterator[Host]:
    """The terminal of the user."""
    loop, token = Loop(), relay.token(EMAIL)

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


def test_from_the_address_to_a_terminal_and_out_again(page: Page, origin: str, host: Host) -> None:
    from playwright.sync_api import expect

    faults: list[str] = []
    page.on("console", lambda message: message.type == "error" and faults.append(message.text))
    page.goto(f"{origin}/login.html")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill("Wrong-horse-7")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("Incorrect username or password.")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#visitor")).to_have_text(EMAIL)
    kept = {cookie["name"]: (cookie["path"], cookie["secure"], cookie["sameSite"]) for cookie in page.context.cookies()}
    assert kept == {name: ("/auth" if name == "refresh_token" else "/", True, "Lax") for name in kept}

    row = page.get_by_role("listitem").filter(has_text=host.terminal.session)
    row.get_by_role("link", name="bash -l").click()
    screen, state = page.locator("#screen"), page.get_by_role("status")
    expect(state).to_have_text("Connected")
    expect(screen).to_contain_text("welcome")
    page.keyboard.type("echo ünï€🙂")
    page.keyboard.press("Enter")
    expect(screen).to_contain_text("$ echo ünï€🙂")
    assert "".join(host.terminal.typed) == "echo ünï€🙂\r"
    assert host.terminal.sizes[-1]["cols"] > 40
    assert not any("echo" in frame or "ü" in frame for frame in host.terminal.frames)

    host.loop.run(host.terminal.show(HOSTILE))
    expect(screen).to_contain_text("red end of it")
    shown = screen.text_content() or ""
    assert MARKUP in shown
    assert not re.search("[\u202e\u2066\u0000\u009b]", shown)
    assert shown.count("\u0301") < 20
    assert (screen.locator("img, script, a").count(), page.title()) == (0, f"{host.terminal.session} · Always Coder")
    page.keyboard.type("still me")
    expect(screen).to_contain_text("still me")
    assert "".join(host.terminal.typed) == "echo ünï€🙂\rstill me"  # nothing was typed by what was shown
    assert [fault for fault in faults if "400 (Bad Request)" not in fault] == []
