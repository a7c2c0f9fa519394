"""The page with the mails that SendGrid took."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from companions.common.server import Answer
from companions.keyvex.providers.sendgrid import Mail

PATH = "/pages/mails"


def outbox(mails: Sequence[Mail]) -> Answer:
    """All mails, newest first; the HTML of each in a frame that runs no scripts."""
    shown = "".join(_mail(one) for one in reversed(mails)) or "<p>No mail yet.</p>"
    page = f"<!doctype html><html lang=en><meta charset=utf-8><title>Mail</title><h1>Mail</h1>{shown}</html>"
    return Answer(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


def _mail(mail: Mail) -> str:
    head = (
        f"<h2>{escape(mail.subject or mail.template)}</h2><p>{escape(mail.sender)} to {escape(', '.join(mail.to))}</p>"
    )
    frame = f'<iframe sandbox title="HTML" srcdoc="{escape(mail.html)}"></iframe>' if mail.html else ""
    return f"<article>{head}<pre>{escape(mail.text)}</pre>{frame}</article>"
