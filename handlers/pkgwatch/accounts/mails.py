"""The mails about accounts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

TEAM = "PkgWatch"


class Mail(NamedTuple):
    """Unpacks into what `handlers.common.mail.send` takes after the addresses."""

    subject: str
    text: str
    html: str


def compose(subject: str, before: Sequence[str], link: tuple[str, str] | None, after: Sequence[str] = ()) -> Mail:
    """A mail of paragraphs with a link (label, URL) between them, as text and as HTML. All parts are plain
    text: what HTML would take for markup is escaped here."""
    text = [*before, *((f"{link[0]}:\n{link[1]}",) if link else ()), *after, TEAM]
    html = [*map(_paragraph, before), *((_button(*link),) if link else ()), *map(_paragraph, after), _paragraph(TEAM)]
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><body>{"".join(html)}</body></html>'
    return Mail(subject, "\n\n".join(text) + "\n", page)


def verification(api_url: str, token: str) -> Mail:
    """After signing up, and again on request."""
    return compose(
        "Verify your e-mail address",
        ["Welcome to PkgWatch. Verify your e-mail address to get your API key."],
        ("Verify", f"{api_url}/verify?token={token}"),
        ["The link is valid for 24 hours. If you did not sign up, ignore this mail."],
    )


def sign_in_instead(api_url: str, token: str) -> Mail:
    """After signing up with an address that has an account."""
    return compose(
        "You already have a PkgWatch account",
        ["Somebody, probably you, signed up with this address. It has an account already; you can log in to it."],
        ("Log in", callback(api_url, token)),
        ["The link is valid for 15 minutes and works once. If it was not you, ignore this mail."],
    )


def magic_link(api_url: str, token: str) -> Mail:
    """The login link that a user asked for."""
    return compose(
        "Log in to PkgWatch",
        ["Follow this link to log in."],
        ("Log in", callback(api_url, token)),
        ["The link is valid for 15 minutes and works once. If you did not ask for it, ignore this mail."],
    )


def callback(api_url: str, token: str) -> str:
    """The URL of a login link."""
    return f"{api_url}/auth/callback?token={token}"


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _button(label: str, url: str) -> str:
    return f'<p><a href="{escape(url)}">{escape(label)}</a></p>'
