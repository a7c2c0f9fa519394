"""Questions that are repeated until a usable answer comes: retries, the fallback model, and what all of it cost."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from handlers.common.deadline import Deadline, OutOfTime
from handlers.common.logs import logger
from handlers.keyvex.ai.models import Plan
from handlers.keyvex.ai.providers.completion import Completion, ProviderError, Question
from handlers.keyvex.ai.providers.model import Model
from handlers.keyvex.shared.messages import NotProcessed

REQUEST_SECONDS = 240.0
DELAYS = (1.0, 2.0, 4.0)  # seconds between the attempts with one model
MOST_WAITING = 60.0  # seconds: a provider that asks for more is left alone until the next delivery


class UnusableAnswer(Exception):  # noqa: N818 - an outcome, not an error
    """What a model has written is not what it was asked for. The text says what is wrong, without the answer's own."""


@dataclass(slots=True)
class Spending:
    """What the attempts of one message have cost: tokens, USD, and answers by the model's own id."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    calls: dict[str, int] = field(default_factory=dict)

    def add(self, model: Model, completion: Completion) -> None:
        """Counts an answer, usable or not: it is billed."""
        self.tokens_in += completion.tokens_in
        self.tokens_out += completion.tokens_out
        self.cost = round(self.cost + model.cost(completion.tokens_in, completion.tokens_out), 9)
        self.calls[model.id] = self.calls.get(model.id, 0) + 1


class RequestFailed(NotProcessed):
    """No model gave a usable answer. ``reason`` is that of the last attempt, ``retry_after`` the longest time a
    provider has asked for."""

    def __init__(self, reason: str, retry_after: float = 0) -> None:
        super().__init__(reason, retry_after)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Answer:
    """A usable answer, as the check returned it, and who gave it."""

    value: Any
    model: Model


@dataclass(slots=True)
class Attempts:
    """The attempts of one message. ``ask(model, question, seconds)`` asks once; ``spent`` grows with each answer,
    ``last`` is the model that was asked last."""

    ask: Callable[[Model, Question, float], Completion]
    deadline: Deadline
    spent: Spending = field(default_factory=Spending)
    last: Model | None = None
    _begun: float = field(default_factory=time.monotonic)
    _asked_for: float = 0.0

    @property
    def latency(self) -> int:
        """Milliseconds since the beginning."""
        return round((time.monotonic() - self._begun) * 1000)

    def answer(self, plan: Plan, question: Question, check: Callable[[str], Any]) -> Answer:
        """The first answer that ``check`` makes something of (it raises `UnusableAnswer` for others): of the first
        model in four attempts, then of the next one. Each model has an equal share of the time that is left. Raises
        `RequestFailed`."""
        reason = "timeout"
        for others, (name, model) in zip(reversed(range(len(plan.models))), plan.models, strict=True):
            self.last = model
            share = self._share(others)
            for delay in (*DELAYS, None):
                try:
                    return Answer(self._attempt(share, model, question, check), model)
                except OutOfTime:
                    break
                except ProviderError as error:
                    reason = error.reason
                    logger.warning("A model gave no usable answer", extra={"model": name, "reason": reason})
                    if not self._waits(share, error, delay):
                        break
        raise RequestFailed(reason, self._asked_for)

    def _share(self, others: int) -> Deadline:
        """The deadline of one model, which leaves as much time to each of the others."""
        kept = self.deadline.left() * others / (others + 1)
        return Deadline(lambda: self.deadline.left() - kept, self.deadline.sleep)

    def _attempt(self, share: Deadline, model: Model, question: Question, check: Callable[[str], Any]) -> Any:
        if share.passed():
            raise OutOfTime
        completion = self.ask(model, question, min(REQUEST_SECONDS, share.left()))
        self.spent.add(model, completion)
        try:
            return check(completion.text)
        except UnusableAnswer as error:
            raise ProviderError(f"unusable_answer: {error}", retryable=True) from error

    def _waits(self, share: Deadline, error: ProviderError, delay: float | None) -> bool:
        """Waits for the next attempt; False if there is to be none with this model."""
        asked_for = error.retry_after or 0
        self._asked_for = max(self._asked_for, asked_for)
        if not error.retryable or delay is None or asked_for > MOST_WAITING:
            return False
        try:
            share.wait(max(delay, asked_for))
        except OutOfTime:
            return False
        return True
