"""The mails that were sent through the emulator's SES, with their links and codes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from html.parser import HTMLParser
from itertools import chain
from typing import Any

_LINK = re.compile(r"https?://[^\s<>\"']+")
# Digits that stand alone, as codes to type in do: six first, as almost all of them have, also as 123 456 or 123-456.
_CODES = (re.compile(r"(?<![\w./:-])(\d{3})[ -]?(\d{3})(?![\w/-])"), re.compile(r"(?<![\w./:-])(\d{4,8})(?![\w/-])"))
_TAG = re.compile(r"<style.*?</style>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_PUNCTUATION = ".,;:!?)]}"  # what ends a sentence, not a link


@dataclass(frozen=True, slots=True)
class Message:
    """A mail that was sent through SES; ``time`` is ISO-8601 UTC, ``to`` includes copies. ``links`` are those of the
    text, of the HTML where there is no text, in order and without duplicates; ``codes`` are digits to type in, the most
    likely first."""

    id: str
    time: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str = ""
    html: str = ""
    links: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def went_to(self, address: str) -> bool:
        """True if ``address``, in any case and without a name, is one of the recipients."""
        return address.lower() in {parseaddr(one)[1].lower() for one in self.to}


def message(row: dict[str, Any]) -> Message:
    """One mail as the emulator reports it."""
    text, html = row["BodyText"] or "", row["BodyHtml"] or ""
    return Message(
        id=row["MessageId"].partition("@")[0],
        time=datetime.fromtimestamp(row["Timestamp"], UTC).isoformat(timespec="milliseconds"),
        sender=row["Source"],
        to=tuple(dict.fromkeys([*row["To"], *row["CC"], *row["BCC"]])),
        subject=row["Subject"] or "",
        text=text,
        html=html,
        links=tuple(dict.fromkeys(_in_text(text) if text.strip() else _in_html(html))),
        codes=_codes(text if text.strip() else _TAG.sub(" ", html)) or _codes(row["Subject"] or ""),
    )


def _codes(text: str) -> tuple[str, ...]:
    bare = _LINK.sub(" ", text)
    return tuple(dict.fromkeys("".join(found.groups()) for code in _CODES for found in code.finditer(bare)))


def _in_text(text: str) -> Iterator[str]:
    for found in _LINK.findall(text):
        yield found.rstrip(_PUNCTUATION)


def _in_html(html: str) -> list[str]:
    links = _Links()
    links.feed(html)
    links.close()
    return links.found


class _Links(HTMLParser):
    """Collects the addresses of ``<a href>``, unescaped."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") or ""
        if tag == "a" and _LINK.match(address):
            self.found.append(address)


def messages(body: bytes) -> list[Message]:
    """The messages in the emulator's answer, of all accounts, oldest first."""
    accounts = json.loads(body)["messages"]
    rows = sorted(chain.from_iterable(accounts.values()), key=lambda row: row["Timestamp"])
    return [message(row) for row in rows]
