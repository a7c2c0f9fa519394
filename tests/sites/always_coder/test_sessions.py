"""The list of sessions shows what terminals say of themselves, whatever that is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sites.always_coder.served import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

SOUND = {"sessionId": "AAAAAA", "status": "active", "createdAt": 1, "lastActiveAt": 1, "command": "vim"}
ODD: list[dict[str, Any]] = [
    {"webUrl": 5},
    {"webUrl": {"a": 1}},
    {"commandArgs": 5, "command": None},
    {"commandArgs": {"a": 1}},
    {"commandArgs": "one"},
    {"instanceLabel": ["<img src=x onerror=alert(1)>"], "hostname": {"toString": 1}, "command": 7},
]


def test_one_odd_session_hides_no_other(chromium: Browser) -> None:
    sessions = [SOUND, *({**SOUND, "sessionId": f"B{number}", **odd} for number, odd in enumerate(ODD))]
    answer = json.dumps({"type": "session:list:response", "sessions": sessions})
    relay = "ws://relay.localhost"
    with served({"server": relay, "cognito": {"region": "us-east-1"}}) as origin, chromium.new_context() as context:
        context.add_cookies([{"name": "access_token", "value": "a.b.c", "url": origin}])
        page = context.new_page()
        page.route_web_socket(f"{relay}/**", lambda socket: socket.on_message(lambda _: socket.send(answer)))
        page.goto(origin)
        page.wait_for_selector("#list[aria-busy=false]", state="attached")
        assert page.text_content("#problem") == ""
        assert page.locator("#sessions li").count() == len(sessions)
        assert page.locator("#sessions img").count() == 0


@pytest.mark.parametrize("envelope", [{"nonce": "!", "ciphertext": "AAAA"}, {"nonce": "AAAA", "ciphertext": "é"}])
def test_an_envelope_that_is_none_ends_no_view(run, envelope):
    received = """(() => {
        const viewer = new relay.Viewer("", "AAAAAA", null, {});
        viewer.key = new Uint8Array(32);
        return viewer.receive(given) === undefined;
    })()"""
    assert run("relay", received, envelope)
