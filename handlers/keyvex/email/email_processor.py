"""Sends the mails that messages of the e-mail queue ask for, each once.

A campaign may take several requests. Each that SendGrid has taken is recorded, so that the next delivery of the message
goes on with those that are left. SendGrid has no idempotency key: a function that is killed between its answer and that
record sends one request again.
"""

from __future__ import annotations

from typing import Any

from handlers.common import logs
from handlers.common.deadline import Deadline, OutOfTime
from handlers.common.logs import logger
from handlers.common.transactions import put, transact
from handlers.keyvex.email.messages import MESSAGE, EmailNotification, Recipient
from handlers.keyvex.email.preferences import wanted
from handlers.keyvex.email.requests import requests
from handlers.keyvex.email.sendgrid import send
from handlers.keyvex.shared.addresses import is_address
from handlers.keyvex.shared.batch import Delivery, process_each, process_once
from handlers.keyvex.shared.clock import now_ms
from handlers.keyvex.shared.items import DAY, expiry, main_table, new_item
from handlers.keyvex.shared.messages import InvalidMessage, decode
from handlers.keyvex.shared.once import Claim
from handlers.keyvex.shared.settings import settings

_RESERVE = 25.0  # seconds: the longest request takes 20, and none is cut off by the end of the function
_KEPT = 30 * DAY


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The e-mail queue's messages; those that failed are delivered again."""
    logs.begin("keyvex", context)
    deadline = Deadline.of(context, _RESERVE)

    def work(delivery: Delivery) -> None:
        message: EmailNotification = decode(delivery.body, MESSAGE)
        process_once(main_table(), delivery, deadline, lambda one, claim: _send(message, one, claim, deadline))

    return process_each(event, deadline, settings().email_queue_url, work)


def _send(message: EmailNotification, delivery: Delivery, claim: Claim, deadline: Deadline) -> None:
    recipients = message.recipients
    if recipients is None:
        profile = claim.table.get((f"USER#{message.user_id}", "PROFILE"), consistent=True) or {}
        if not wanted(message.template_id, profile):
            logger.info("A mail was suppressed by the user's preferences", extra=_about(message, delivery))
            return
        recipients = [Recipient(_address(message, profile))]
    ids = _send_all(message, recipients, delivery, claim, deadline)
    _record(message, len(recipients), ids, claim)
    logger.info("A mail was sent", extra={**_about(message, delivery), "recipients": len(recipients)})


def _address(message: EmailNotification, profile: dict[str, Any]) -> str:
    address = message.to or profile.get("email")
    if not isinstance(address, str) or not is_address(address):
        raise InvalidMessage("There is no recipient: neither data.to nor data.email, and the profile has no address")
    return address


def _send_all(
    message: EmailNotification, recipients: list[Recipient], delivery: Delivery, claim: Claim, deadline: Deadline
) -> list[str]:
    """Sends the requests that no earlier delivery has sent; SendGrid's ids of all of them."""
    partition = f"IDEMPOTENCY#{delivery.message_id}"
    sent = {item["SK"]: item["providerId"] for item in _parts(claim, partition)} if delivery.count > 1 else {}
    for number, body in enumerate(requests(message, recipients, delivery.message_id)):
        part = f"PART#{number:05}"
        if part in sent:
            continue
        if deadline.passed():
            raise OutOfTime
        sent[part] = send(body, deadline)
        now = now_ms()
        claim.table.put({"PK": partition, "SK": part, "providerId": sent[part], "ttl": expiry(now, DAY)})
    return list(sent.values())


def _parts(claim: Claim, partition: str) -> list[dict[str, Any]]:
    return [item for item in claim.table.partition(partition, consistent=True) if item["SK"].startswith("PART#")]


def _record(message: EmailNotification, recipients: int, ids: list[str], claim: Claim) -> None:
    """Writes the item of the mail, together with the mark that the message is done."""
    now = now_ms()
    item = new_item(
        (f"USER#{message.user_id}", f"EMAIL#{now}#{claim.message_id}"),
        "EMAIL",
        now,
        {
            "userId": message.user_id,
            "messageId": claim.message_id,
            "templateId": message.template_id,
            "recipients": recipients,
            "providerId": ids[0],
            "requests": len(ids),
            "status": "sent",
            "ttl": expiry(now, _KEPT),
        },
    )
    transact(claim.table.client, [put(claim.table, item), claim.completion()])
    claim.done = True


def _about(message: EmailNotification, delivery: Delivery) -> dict[str, Any]:
    return {**delivery.about, "template_id": message.template_id}
