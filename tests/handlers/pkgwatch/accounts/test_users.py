"""E-mail addresses: which are accepted, how they are compared and masked; and the mails."""

from __future__ import annotations

import re

import pytest

from handlers.common.web.errors import ApiError
from handlers.pkgwatch.accounts import mails, users
from handlers.pkgwatch.accounts.disposable_domains import is_disposable


@pytest.mark.parametrize(
    "given",
    ["a@b.co", " First.Last+tag@Sub.Example.COM ", "o'brien@example.co.uk", "x@1-2.example.org", "a@b.c"],
)
def test_addresses_that_are_taken(given: str) -> None:
    assert users.valid_email(given) == given.strip().lower()


@pytest.mark.parametrize(
    "given",
    [
        "",
        "@",
        "a@b",
        "a@@b.co",
        "a b@c.de",
        "a@b .co",
        "a@.co",
        "a@b..co",
        "a@b.co.",
        "a@-b.co",
        "a@127.0.0.1",
        "a@under_score.co",
        "ü@example.com",
        "a@bücher.example",
        "a@b.co, c@d.de",
        "A <a@b.co>",
        '"a"@b.co',
        "a@b.co\r\nBcc: c@d.de",
        "a@b.co\x00",
        "a" * 65 + "@b.co",
        "a@" + "b" * 64 + ".co",
        "a@" + "b." * 126 + "co",
        "a" * 10_000,
        "a@" + "b." * 5_000,
    ],
)
def test_addresses_that_are_not(given: str) -> None:
    with pytest.raises(ApiError) as refused:
        users.valid_email(given)
    assert (refused.value.status, refused.value.code) == (400, "invalid_email")


def test_a_user_id_is_the_addresss() -> None:
    assert users.user_id("A@Example.com") == users.user_id("a@example.com") == "user_08168cd80dfd534a"


@pytest.mark.parametrize(
    ("email", "same"),
    [
        ("A.b+c@Gmail.com", "ab@gmail.com"),
        ("a.b@googlemail.com", "ab@gmail.com"),
        ("A.b+c@example.com", "a.b+c@example.com"),
    ],
)
def test_spellings_of_one_mailbox(email: str, same: str) -> None:
    assert users.canonical(email) == same


def test_what_is_shown_of_an_address() -> None:
    assert users.masked("someone@example.com") == "s***@example.com"
    assert users.masked_for_logs("someone@example.com") == "som***@example.com"
    assert users.masked_for_referrer("someone@example.com") == "so**@example.com"
    assert [users.masked_for_referrer(f"{name}@example.com") for name in ("a", "ab", "abc")] == [
        "a*@example.com",
        "a*@example.com",
        "ab**@example.com",
    ]


def test_keys_are_told_from_a_users_other_records() -> None:
    other = ["PENDING", "USER_META", "PENDING_DISPLAY", "PENDING_RECOVERY_CODES", "RECOVERY_x", "EMAIL_CHANGE_x"]
    items = [{"sk": name} for name in [*other, "bbb"]] + [{"sk": "aaa", "created_at": "2026"}]
    assert [item["sk"] for item in users.key_records(items)] == ["bbb", "aaa"]


def test_addresses_to_be_thrown_away() -> None:
    known = "mailinator guerrillamail 10minutemail yopmail trashmail getnada"
    for domain in [*(f"{name}.com" for name in known.split()), "temp-mail.org", "maildrop.cc"]:
        assert is_disposable(f"a@{domain}")
        assert not is_disposable(f"a@not-{domain}")
        assert not is_disposable(f"{domain}@example.com")


def test_mails_hold_their_link_as_text_and_as_html() -> None:
    for mail, path in (
        (mails.verification("https://api", "t-1"), "verify"),
        (mails.magic_link("https://api", "t-1"), "auth/callback"),
        (mails.sign_in_instead("https://api", "t-1"), "auth/callback"),
    ):
        assert f"\nhttps://api/{path}?token=t-1\n" in mail.text
        assert re.findall('href="(.*?)"', mail.html) == [f"https://api/{path}?token=t-1"]


def test_what_users_write_is_no_markup() -> None:
    mail = mails.compose("S", ["<b>&"], ("<i>", 'https://x?a=1&b="'), ["<script>"])
    assert "<b>&" in mail.text
    assert not re.search("<b>|<i>|<script>", mail.html)
    assert 'href="https://x?a=1&amp;b=&quot;"' in mail.html
