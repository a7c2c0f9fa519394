"""Mail, sent through SES."""

from __future__ import annotations

from handlers.common.aws import client

# One retry at most: a client waits for the response, and a mail that arrives twice does not help.
_USUAL = (2, 5.0)  # attempts, seconds for the response to each
_QUICK = (1, 1.5)


def send(sender: str, to: str, subject: str, text: str, html: str, *, quick: bool = False) -> None:
    """Sends one mail; a ``quick`` one within two seconds or not at all. Raises `handlers.common.aws.ServiceError`."""
    client("ses", *(_QUICK if quick else _USUAL)).send_email(
        Source=sender,
        Destination={"ToAddresses": [to]},
        Message={"Subject": _utf8(subject), "Body": {"Text": _utf8(text), "Html": _utf8(html)}},
    )


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
