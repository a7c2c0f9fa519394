"""The requests to SendGrid that a message becomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from handlers.keyvex.email.messages import EmailNotification, Recipient
from handlers.keyvex.email.templates import Body, is_dynamic, render
from handlers.keyvex.shared.settings import settings

MOST = 1000  # personalizations of a request, by SendGrid


def requests(message: EmailNotification, recipients: Sequence[Recipient], message_id: str) -> Iterator[dict[str, Any]]:
    """The bodies of the requests, the same and in the same order for each delivery of a message. Recipients whose mails
    have the same content share a request, `MOST` at most."""
    for content, group in _groups(message, recipients):
        for start in range(0, len(group), MOST):
            yield {**_common(message, message_id), **content, "personalizations": group[start : start + MOST]}


def _groups(
    message: EmailNotification, recipients: Sequence[Recipient]
) -> Iterator[tuple[Mapping[str, Any], list[dict[str, Any]]]]:
    if is_dynamic(message.template_id):
        yield {"template_id": message.template_id}, [_dynamic(message, one) for one in recipients]
        return
    groups: dict[Body, list[dict[str, Any]]] = {}
    for one in recipients:
        body = render(message.template_id, message.variables(one))
        groups.setdefault(body, []).append({"to": [_to(one)]})
    for body, group in groups.items():
        yield _content(body), group


def _content(body: Body) -> dict[str, Any]:
    parts = (("text/plain", body.text), ("text/html", body.html))  # SendGrid takes them in this order only
    return {"subject": body.subject, "content": [{"type": kind, "value": value} for kind, value in parts if value]}


def _dynamic(message: EmailNotification, recipient: Recipient) -> dict[str, Any]:
    data = {name: value for name, value in message.variables(recipient).items() if name != "recipients"}
    return {"to": [_to(recipient)], "dynamic_template_data": data}


def _to(recipient: Recipient) -> dict[str, str]:
    return {"email": recipient.email, **({"name": recipient.name} if recipient.name else {})}


def _common(message: EmailNotification, message_id: str) -> dict[str, Any]:
    own = settings()
    reply_to = message.data.get("replyTo")
    return {
        "from": {"email": own.from_email, "name": own.from_name},
        "categories": ["keyvex", message.template_id],
        "custom_args": {"userId": message.user_id, "messageId": message_id},
        **({"reply_to": {"email": reply_to}} if reply_to else {}),
        **({"headers": {"Importance": "high"}} if message.priority == "high" else {}),
    }
