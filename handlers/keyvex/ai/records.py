"""The items that are kept of each job: its message, its metric, its alerts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from handlers.keyvex.ai.job import Job, Outcome
from handlers.keyvex.shared.clock import utc_date
from handlers.keyvex.shared.items import DAY, expiry, index_key, new_item
from handlers.keyvex.shared.metrics import emit
from handlers.keyvex.shared.settings import settings

_METADATA_BYTES = 100 * 1024  # of a text that is stored a second time; an item has 400 KB


def message_item(job: Job, outcome: Outcome, now: int) -> dict[str, Any]:
    """The result as a message of the session's conversation."""
    message, name, found = job.message, job.delivery.message_id, outcome.envelope or {}
    result = found.get("result")
    content = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    about = {"messageId": name, "sessionId": message.session_id, "userId": message.user_id, "role": "assistant"}
    again = {"content": content, "originalInput": job.fields}
    metadata = {
        **about,
        "process": job.process,
        "tokens": found.get("tokens"),
        "latency": outcome.latency,
        "priority": message.priority,
        **{name: value for name, value in again.items() if _size(value) <= _METADATA_BYTES},
    }
    attributes = {
        **index_key(1, f"USER#{message.user_id}", f"MESSAGE#{now}"),
        **about,
        "content": content,
        "timestamp": now,
        "agent": job.process,
        "modelUsed": outcome.model.id if outcome.model else None,
        "tokenCount": outcome.spent.tokens_in + outcome.spent.tokens_out,
        "cost": outcome.spent.cost,
        "metadata": metadata,
    }
    return new_item((f"SESSION#{message.session_id}", f"MESSAGE#{now}#{name}"), "MESSAGE", now, attributes)


def metric_item(job: Job, outcome: Outcome, now: int) -> dict[str, Any]:
    """What the job has cost, and how long it took."""
    provider = outcome.model.provider if outcome.model else "none"
    attributes = {
        **index_key(1, f"PROCESS#{job.process}", str(now)),
        **index_key(2, f"PROVIDER#{provider}", str(now)),
        "requestId": job.request_id,
        "userId": job.message.user_id,
        "process": job.process,
        "provider": provider,
        "model": outcome.model.id if outcome.model else None,
        "inputTokens": outcome.spent.tokens_in,
        "outputTokens": outcome.spent.tokens_out,
        "cost": outcome.spent.cost,
        "latency": outcome.latency,
        "success": not outcome.error,
        "error": outcome.error or None,
        "timestamp": now,
        "ttl": expiry(now, 30 * DAY),
    }
    return new_item((f"METRIC#{utc_date(now)}", f"REQUEST#{now}#{job.request_id}"), "METRIC", now, attributes)


def alert_items(job: Job, outcome: Outcome, now: int) -> Iterator[dict[str, Any]]:
    """What should be looked at; one alert of each kind for a message, however often it is delivered."""
    known, about = settings(), {"process": job.process, "sessionId": job.message.session_id}
    if outcome.error:
        yield _alert(job, ("error", "high"), f"{job.process} failed: {outcome.error}", about, now)
    if outcome.spent.cost > known.cost_alert_usd:
        text = f"{job.process} cost {outcome.spent.cost:.2f} USD"
        yield _alert(job, ("cost", "high"), text, {**about, "cost": outcome.spent.cost}, now)
    if outcome.latency > known.latency_alert_ms:
        text = f"{job.process} took {outcome.latency} ms"
        yield _alert(job, ("performance", "medium"), text, {**about, "latency": outcome.latency}, now)


def emit_metrics(outcome: Outcome) -> None:
    """The metrics that alarms read."""
    emit(
        "Keyvex/AI",
        {
            "TotalCost": ("None", outcome.spent.cost),
            "AverageLatency": ("Milliseconds", outcome.latency),
            "ErrorCount": ("Count", 1 if outcome.error else 0),
        },
    )


def _alert(job: Job, kind: tuple[str, str], text: str, data: dict[str, Any], now: int) -> dict[str, Any]:
    name = f"{job.delivery.message_id}-{kind[0]}"
    attributes = {
        **index_key(1, f"ALERT_TYPE#{kind[0]}", f"{kind[1]}#{now}"),
        "type": kind[0],
        "severity": kind[1],
        "message": text,
        "timestamp": now,
        "resolved": False,
        "data": data,
        "ttl": expiry(now, 90 * DAY),
    }
    return new_item((f"ALERT#{name}", "ALERT"), "ALERT", now, attributes)


def _size(value: Any) -> int:
    return len((value if isinstance(value, str) else json.dumps(value)).encode())
