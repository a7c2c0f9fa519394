"""Where links and logins lead, whatever is in them."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.browser

RETURN = "visit.returnAddress(given, new URL('https://site.example/login?x#y'))"
HOME = "https://site.example/"


def state(url):
    return base64.b64encode(json.dumps({"returnUrl": url}).encode()).decode()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{HOME}session.html?id=A&key=b%2B#end", f"{HOME}session.html?id=A&key=b%2B#end"),
        ("http://site.example/x", f"{HOME}x"),
        ("/x?y", f"{HOME}x?y"),
        ("https://site.example//evil.example/x", f"{HOME}/evil.example/x"),
        ("https://evil.example/", HOME),
        ("https://site.example.evil.example/", HOME),
        ("https://site.example@evil.example/", HOME),
        ("https://site.example:444/", HOME),
        ("//evil.example", HOME),
        ("/\\evil.example", HOME),
        ("\t//evil.example", HOME),
        ("javascript:alert(1)//site.example", HOME),
        ("data:text/html,x", HOME),
        ("", HOME),
        (None, HOME),
        (7, HOME),
    ],
)
def test_a_login_leads_back_to_this_site_alone(run, url, expected):
    assert run("visit", RETURN, state(url)) == expected


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=30)
    | st.lists(st.sampled_from(["/", "\\", "\t", "@", ":", "//", "site.example", "evil", "https:", "?", "#"])).map(
        "".join
    )
)
def test_no_state_leads_elsewhere(run, text):
    for given_ in (text, state(text)):
        assert run("visit", RETURN, given_).startswith(HOME)


@pytest.mark.parametrize("given_", ["", "%", "e30=", "bnVsbA==", "W10=", "////", "eyJyZXR1cm5VcmwiOg=="])
def test_a_state_that_is_none_leads_home(run, given_):
    assert run("visit", RETURN, given_) == HOME


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("abc234", "/session.html?id=ABC234"),
        ("https://x.example/join?id=ABC234&key=a%2Bb%3D", "/session.html?id=ABC234&key=a%2Bb%3D"),
        ("https://x.example/join?id=ABC234&key=a+b=", "/session.html?id=ABC234&key=a%2Bb%3D"),
        ("javascript:alert(1)?id=<b>&next=//evil", "/session.html?id=%3Cb%3E"),
    ],
)
def test_of_a_link_the_session_and_its_key_are_used_and_nothing_else(run, text, page):
    assert run("link", "(({id, key}) => link.sessionPage(id, key))(link.readLink(given))", text) == page


@pytest.mark.parametrize(
    ("event", "modes", "text"),
    [
        ({"key": "a"}, [], ""),
        ({"key": "Enter"}, [], "\r"),
        ({"key": "ArrowUp"}, [], "\x1b[A"),
        ({"key": "ArrowUp"}, ["arrows"], "\x1bOA"),
        ({"key": "ArrowLeft", "ctrlKey": True}, [], "\x1b[1;5D"),
        ({"key": "Tab", "shiftKey": True}, [], "\x1b[Z"),
        ({"key": "d", "ctrlKey": True}, [], "\x04"),
        ({"key": "v", "ctrlKey": True}, [], ""),
        ({"key": "C", "ctrlKey": True, "shiftKey": True}, [], ""),
        ({"key": "b", "altKey": True}, [], "\x1bb"),
        ({"key": "@", "altKey": True, "ctrlKey": True}, [], ""),
        ({"key": "F6"}, [], ""),
        ({"key": "r", "metaKey": True}, [], ""),
    ],
)
def test_keys_are_what_terminals_expect_or_the_browsers(run, event, modes, text):
    assert run("keys", "keys.sequence(given[0], new Set(given[1]))", [event, modes]) == text


def test_what_is_pasted_cannot_end_its_own_mark(run):
    hostile = "rm -rf x\n\x1b[201~y"
    assert run("keys", "keys.pasted(given, new Set(['paste']))", hostile) == "\x1b[200~rm -rf x\r[201~y\x1b[201~"
    assert run("keys", "keys.pasted(given, new Set())", "a\r\nb") == "a\rb"
