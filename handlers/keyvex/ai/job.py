"""One message of the AI queue while it is processed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from handlers.keyvex.ai.attempts import Spending
from handlers.keyvex.ai.messages import MESSAGE, Message
from handlers.keyvex.ai.providers.model import Model
from handlers.keyvex.shared.batch import Delivery
from handlers.keyvex.shared.messages import decode

_STEPS = {
    "magicSpark": "magic-spark",
    "logicArchitect": "logic-architect",
    "contentCrafter": "content-crafter",
    "styleMaster": "style-master",
}


@dataclass(frozen=True, slots=True)
class Job:
    """A message with the delivery it came in; ``fields`` is its input with defaults and unknown fields, ``request_id``
    that of the invocation."""

    message: Message
    fields: dict[str, Any]
    delivery: Delivery
    request_id: str

    @property
    def process(self) -> str:
        """The process as messages name it, such as magicSpark."""
        return str(type(self.message).__struct_config__.tag)

    @property
    def step(self) -> str:
        """The process as sessions name it, such as magic-spark."""
        return _STEPS[self.process]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: the result's envelope, or the ``error`` that there is instead. ``latency`` is in
    milliseconds, ``model`` the one that was asked last, None if none was."""

    latency: int
    spent: Spending
    model: Model | None
    envelope: dict[str, Any] | None = None
    error: str = ""


def read_job(delivery: Delivery, request_id: str) -> Job:
    """The job in a delivery. Raises `InvalidMessage`."""
    message: Message = decode(delivery.body, MESSAGE)
    given = msgspec.json.decode(delivery.body)["input"]
    known = {name: value for name, value in msgspec.to_builtins(message.input).items() if value is not None}
    return Job(message, {**known, **given}, delivery, request_id)


def envelope(job: Job, result: Any, about: dict[str, Any], now: int, outcome: Outcome) -> dict[str, Any]:
    """A result as sessions keep it and clients are sent it."""
    by = {"provider": outcome.model.provider, "model": outcome.model.id} if outcome.model else {}
    return {
        "success": True,
        "process": job.process,
        "result": result,
        "tokens": {"input": outcome.spent.tokens_in, "output": outcome.spent.tokens_out},
        "latency": outcome.latency,
        "timestamp": now,
        **by,
        "cost": outcome.spent.cost,
        "metadata": {**by, "processingTime": outcome.latency, **about},
    }
