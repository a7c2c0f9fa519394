"""SQS function on the AI queue: has models invent, design and write tools, and tells users how far they are."""

from __future__ import annotations

from typing import Any

from handlers.common.deadline import Deadline
from handlers.common.logs import begin
from handlers.keyvex.ai.job import read_job
from handlers.keyvex.ai.providers.accounts import ask_model
from handlers.keyvex.ai.run import Services, run
from handlers.keyvex.shared.batch import Delivery, process_each, process_once
from handlers.keyvex.shared.connections import push_progress
from handlers.keyvex.shared.items import main_table
from handlers.keyvex.shared.messages import Fields, InvalidMessage, Text, decode
from handlers.keyvex.shared.once import Claim
from handlers.keyvex.shared.settings import settings

_RESERVE = 30.0  # seconds at the end in which no model is asked: what became of the message is stored then


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Takes ``{"Records": [...]}`` of the queue; answers with batchItemFailures."""
    begin("keyvex", context)
    services = Services(main_table(), ask_model, Deadline.of(context, _RESERVE))
    return process(services, event, context.aws_request_id)


def process(services: Services, event: dict[str, Any], request_id: str) -> dict[str, Any]:
    """Processes the messages of an event; the answer to Lambda."""

    def work(delivery: Delivery, claim: Claim) -> None:
        try:
            run(services, read_job(delivery, request_id), claim)
        except InvalidMessage as error:
            _tell_sender(services, delivery, str(error))
            raise

    def once(delivery: Delivery) -> None:
        process_once(services.table, delivery, services.deadline, work)

    return process_each(event, services.deadline, settings().ai_queue_url, once)


class _Sender(Fields, kw_only=True):
    user_id: Text
    session_id: Text
    process: str = ""


def _tell_sender(services: Services, delivery: Delivery, reason: str) -> None:
    """Tells the user of an invalid message, if it says who that is."""
    try:
        sender: _Sender = decode(delivery.body, _Sender)
    except InvalidMessage:
        return
    push_progress(
        services.table,
        sender.user_id,
        jobId=sender.session_id,
        stepName=sender.process,
        status="failed",
        message=reason,
        data={},
    )
