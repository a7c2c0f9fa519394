"""No state leads to another site, whatever is in it, as browsers read addresses."""

from __future__ import annotations

import base64
import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.always_coder.site.returning import location, state_for

HOST = "d111.cloudfront.net"
PIECES = st.sampled_from(
    [
        *"/\\:@?#.%;\t\n\r \0é\u3002\uff0f\u2028",
        *("//", "https:", "http:", "javascript:", "data:", "evil.example", HOST, f"https://{HOST}"),
        *(f"HTTPS://{HOST.upper()}:443", "..", "user@", "[", "%2f", "%5c", "/login"),
    ]
)
URLS = st.lists(PIECES | st.text(max_size=3), max_size=8).map("".join)


def encoded(content: Any) -> str:
    return base64.b64encode(json.dumps(content).encode()).decode()


def followed(address: str) -> str:
    """The host that a browser asks after a redirect to ``address`` on the site (WHATWG URL, special schemes)."""
    text = re.sub(r"[\t\n\r]", "", address.strip("".join(map(chr, range(33))))).replace("\\", "/")
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", text)
    if scheme is None and not text.startswith("//"):
        return HOST
    if scheme is not None and scheme[1].lower() not in ("http", "https"):
        return f"{scheme[1]}:"
    rest = text[scheme.end() if scheme else 0 :].lstrip("/")
    return re.split(r"[/?#]", rest)[0].rpartition("@")[2].lower()


@given(URLS)
@example("//evil.example")
@example("/\\evil.example")
@example("/\t/evil.example")
@example(f"https://{HOST}//evil.example")
@example(f"https://{HOST}/\\evil.example")
@example(f"https://{HOST}@evil.example/")
@example(f"https://{HOST}\\@evil.example/")
@example("https:/evil.example")
@example("https:evil.example")
@example("/\ud800")  # half of a letter, which JSON can hold and UTF-8 cannot
@example(f"https://{HOST}/\udfff?x")
def test_no_address_leads_to_another_site(url: str) -> None:
    found = location(encoded({"returnUrl": url}), HOST)
    assert found.startswith("/")
    assert followed(found) == HOST
    assert found.isascii()
    assert found.isprintable()
    assert " " not in found


@given(st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode()))
@example(encoded([{"returnUrl": "/a"}]))
@example(encoded({"returnUrl": 1}))
@example(encoded(None))
@example(base64.b64encode(b"[" * 100_000).decode())
def test_what_is_no_state_leads_home(state: str) -> None:
    assert location(state, HOST) == "/"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("/", "/"),
        ("/session.html?id=A&key=%2B#top", "/session.html?id=A&key=%2B#top"),
        ("sessions", "/"),
        ("", "/"),
        (f"https://{HOST}", "/"),
        (f"https://{HOST}?a=b", "/?a=b"),
        (f"https://{HOST}/a/b?c=d#e", "/a/b?c=d"),
        (f"https://{HOST}:443/a", "/a"),
        (f"https://{HOST.upper()}/a", "/a"),
        (f"http://{HOST}/a", "/"),
        (f"https://{HOST}:8443/a", "/"),
        (f"https://user@{HOST}/a", "/"),
        (f"https://{HOST}.evil.example/a", "/"),
        ("/é", "/%C3%A9"),
    ],
)
def test_where_addresses_lead(url: str, found: str) -> None:
    assert location(encoded({"returnUrl": url}), HOST) == found


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#?"), min_size=1))
def test_who_is_sent_to_the_login_comes_back(path: str) -> None:
    state = state_for(f"https://{HOST}/{path}")
    found = location(unquote(state), HOST)
    local = not path.startswith(("/", "\\"))
    assert unquote(found) == (unquote(f"/{path}") if local else "/")


def test_states_are_read_without_padding_and_in_both_alphabets() -> None:
    url = "/ÿþ?~~~>>>"
    plain = encoded({"returnUrl": url})
    for state in (plain, plain.rstrip("="), plain.replace("+", "-").replace("/", "_")):
        assert location(state, HOST) == "/%C3%BF%C3%BE?~~~%3E%3E%3E"
