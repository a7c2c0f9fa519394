"""SQS function on the analytics queue: stores and counts what visitors do with tools."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.deadline import Deadline
from handlers.common.dynamodb import Table
from handlers.common.logs import begin, logger
from handlers.common.transactions import is_refusal
from handlers.keyvex.analytics.counts import refresh, store
from handlers.keyvex.analytics.interactions import Interaction, chunks, read
from handlers.keyvex.shared.batch import Delivery, Failure, answer, deliveries, log_failure, log_success
from handlers.keyvex.shared.items import main_table
from handlers.keyvex.shared.messages import InvalidMessage
from handlers.keyvex.shared.settings import settings

_RESERVE = 10.0  # seconds at the end in which nothing is begun


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Takes ``{"Records": [...]}`` of the queue; answers with batchItemFailures."""
    begin("keyvex", context)
    failures = process(main_table(), deliveries(event), Deadline.of(context, _RESERVE))
    return answer(settings().analytics_queue_url, failures)


def process(table: Table, batch: Sequence[Delivery], deadline: Deadline) -> list[Failure]:
    """Stores and counts the interactions in a batch, those of one tool together; the deliveries that failed."""
    failures: list[Failure] = []
    by_tool: dict[str, list[Interaction]] = {}
    for delivery in batch:
        try:
            interaction = read(delivery)
        except InvalidMessage as error:
            failures.append(log_failure(delivery, error))
        else:
            by_tool.setdefault(interaction.message.tool_id, []).append(interaction)
    for interactions in by_tool.values():
        if deadline.passed():
            logger.warning("No time was left for the interactions of a tool", extra={"messages": len(interactions)})
            failures += [Failure(one.delivery) for one in interactions]
        else:
            failures += _process_tool(table, interactions)
    logger.info("Interactions were counted", extra={"messages": len(batch), "failed": len(failures)})
    return failures


def _process_tool(table: Table, interactions: Sequence[Interaction]) -> list[Failure]:
    """One tool's interactions; a message that was delivered twice in this batch fails twice, or not at all."""
    failed: dict[str, Exception] = {}
    for chunk in chunks(interactions):
        failed |= _store(table, chunk)
    stored = [one for one in interactions if one.delivery.message_id not in failed]
    if stored:
        try:
            refresh(table, stored[0].message.tool_id, max(one.time for one in stored))
        except (*ServiceError, TimeoutError) as error:
            failed |= {one.delivery.message_id: error for one in stored}
    for one in interactions:
        if one.delivery.message_id not in failed:
            log_success(one.delivery)
    return [
        log_failure(one.delivery, failed[one.delivery.message_id])
        for one in interactions
        if one.delivery.message_id in failed
    ]


def _store(table: Table, interactions: Sequence[Interaction]) -> dict[str, Exception]:
    """Stores interactions together, and one by one if the table refuses one of them. The errors, by message id."""
    try:
        store(table, interactions)
    except (*ServiceError, ValueError) as error:
        if not (isinstance(error, ValueError) or is_refusal(error)):
            return {one.delivery.message_id: error for one in interactions}
        if len(interactions) == 1:
            return {interactions[0].delivery.message_id: InvalidMessage("no item can hold it")}
        return {name: reason for one in interactions for name, reason in _store(table, [one]).items()}
    return {}
