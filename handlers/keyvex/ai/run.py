"""A job from its message to the stored result, or to the stored failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.deadline import Deadline
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.common.transactions import is_refusal, put
from handlers.keyvex.ai import sessions
from handlers.keyvex.ai.attempts import Attempts, RequestFailed
from handlers.keyvex.ai.finishing import finish, preview
from handlers.keyvex.ai.job import Job, Outcome, envelope
from handlers.keyvex.ai.messages import StyleMasterMessage
from handlers.keyvex.ai.models import Plan, choose, overrides
from handlers.keyvex.ai.prompts import TASKS, read_answer, system_text, user_text
from handlers.keyvex.ai.providers.completion import Completion, Question
from handlers.keyvex.ai.providers.model import Model
from handlers.keyvex.ai.records import alert_items, emit_metrics, message_item, metric_item
from handlers.keyvex.shared.clock import now_ms
from handlers.keyvex.shared.connections import push_progress
from handlers.keyvex.shared.messages import InvalidMessage
from handlers.keyvex.shared.once import Claim
from handlers.keyvex.shared.settings import settings

# The result, or the session with it, passes 400 KB, or has a number that DynamoDB has not: paid for, and paid once.
_UNSTORABLE = "result_not_storable"


@dataclass(frozen=True, slots=True)
class Services:
    """What a job works with; ``ask`` asks a model once, ``deadline`` is when no model is asked any more."""

    table: Table
    ask: Callable[[Model, Question, float], Completion]
    deadline: Deadline


def run(services: Services, job: Job, claim: Claim) -> None:
    """Does the job: its result is stored together with the mark that it is done. Raises what made it fail, after that
    is stored and told to the user; and `InvalidMessage`, of which neither is done."""
    if job.delivery.count > 1 and (reason := claim.given_up()):
        raise InvalidMessage(reason)
    plan = _plan(job)
    _tell(services, job, "started", f"{job.process} has begun")
    sessions.begin(services.table, job, now_ms())
    attempts = Attempts(services.ask, services.deadline)
    try:
        outcome = _outcome(services, job, attempts, plan)
        _store(services.table, job, outcome, claim)
    except InvalidMessage:
        raise
    except Exception as error:
        failed = Outcome(attempts.latency, attempts.spent, attempts.last, error=_reason(error))
        _store_failure(services.table, job, failed)
        _tell(services, job, "failed", failed.error)
        raise
    _tell(services, job, "completed", f"{job.process} is done", outcome.envelope)


def _plan(job: Job) -> Plan:
    """The models to ask. Raises `InvalidMessage`."""
    known, given = settings(), job.message.input
    asked = (given.provider, given.model)
    return choose(job.process, given.action, asked, known.environment, overrides(known.model_overrides))


def _outcome(services: Services, job: Job, attempts: Attempts, plan: Plan) -> Outcome:
    """Asks the models and makes the result of the answer. Raises `RequestFailed`."""
    message = job.message
    if isinstance(message, StyleMasterMessage) and message.input.action == "preview":
        now = now_ms()
        shown = Outcome(attempts.latency, attempts.spent, None)
        return replace(shown, envelope=envelope(job, preview(message, job.fields, now), {}, now, shown))
    _tell(services, job, "llm_call_pending", "A model is being asked")
    task = TASKS[job.process, message.input.action]
    texts = system_text(job.process), user_text(job.process, task, job.fields)
    question = Question(*texts, plan.temperature, plan.max_tokens, task.wants_object)
    answer = attempts.answer(plan, question, lambda text: read_answer(task, text))
    _tell(services, job, "llm_data_received", "The model has answered")
    now = now_ms()
    result, about = finish(message, answer.value, now)
    found = Outcome(attempts.latency, attempts.spent, answer.model)
    return replace(found, envelope=envelope(job, result, about, now, found))


def _store(table: Table, job: Job, outcome: Outcome, claim: Claim) -> None:
    now = now_ms()
    items = [message_item(job, outcome, now), *alert_items(job, outcome, now)]
    if outcome.model:
        items.append(metric_item(job, outcome, now))
    try:
        sessions.complete(table, job, now, outcome, [*(put(table, item) for item in items), claim.completion()])
    except (*ServiceError, ValueError) as error:
        if not (isinstance(error, ValueError) or is_refusal(error)):
            raise
        claim.give_up(_UNSTORABLE)
        raise RequestFailed(_UNSTORABLE) from error
    claim.done = True
    if outcome.model:
        emit_metrics(outcome)


def _store_failure(table: Table, job: Job, outcome: Outcome) -> None:
    """Stores that the job has failed; if not even that can be stored, the log says so and the first error counts."""
    now = now_ms()
    items = [metric_item(job, outcome, now), *alert_items(job, outcome, now)]
    emit_metrics(outcome)
    try:
        sessions.fail(table, job, now, outcome, [put(table, item) for item in items])
    except (*ServiceError, TimeoutError, InvalidMessage):
        logger.exception("The failure of a message could not be stored", extra=job.delivery.about)


def _reason(error: Exception) -> str:
    return error.reason if isinstance(error, RequestFailed) else "internal_error"


def _tell(services: Services, job: Job, status: str, text: str, data: Any = None) -> None:
    push_progress(
        services.table,
        job.message.user_id,
        jobId=job.message.session_id,
        stepName=job.process,
        status=status,
        message=text,
        data=data or {},
    )
