"""Mail, sent through SES."""

from __future__ import annotations

from handlers.common.aws import client

# One retry at most: a client waits for the response, and a mail that arrives twice does not help.
_ATTEMPTS = 2


def send(sender: str, to: str, subject: str, text: str, html: str) -> None:
    """Sends one mail. Raises `handlers.common.aws.ServiceError`."""
    client("ses", _ATTEMPTS).send_email(
        Source=sender,
        Destination={"ToAddresses": [to]},
        Message={"Subject": _utf8(subject), "Body": {"Text": _utf8(text), "Html": _utf8(html)}},
    )


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
