"""The lines that an invocation leaves in CloudWatch Logs."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

Line = tuple[int, str]


def platform_lines(
    config: dict[str, Any], request_id: str, started: int, duration: float, init: float, peak: int
) -> tuple[list[Line], list[Line]]:
    """What the platform writes before and after the function's own lines, as (epoch ms, text). ``duration`` and
    ``init`` are milliseconds, ``init`` 0 if the environment was warm; ``peak`` is bytes."""
    version, memory = config.get("Version", "$LATEST"), int(config.get("MemorySize", 128))
    ended, used = int(time.time() * 1000), max(1, peak // (1024 * 1024))
    if (config.get("LoggingConfig") or {}).get("LogFormat") == "JSON":
        metrics = {
            "durationMs": round(duration, 3),
            "billedDurationMs": math.ceil(duration + init),
            "memorySizeMB": memory,
            "maxMemoryUsedMB": used,
            **({"initDurationMs": round(init, 3)} if init else {}),
        }
        before = _platform(started, "start", {"requestId": request_id, "version": version})
        after = _platform(ended, "report", {"requestId": request_id, "metrics": metrics})
        return [before], [after]
    report = (
        f"REPORT RequestId: {request_id}\tDuration: {duration:.2f} ms\t"
        f"Billed Duration: {math.ceil(duration + init)} ms\tMemory Size: {memory} MB\tMax Memory Used: {used} MB\t"
    )
    report += f"Init Duration: {init:.2f} ms\t" if init else ""
    return (
        [(started, f"START RequestId: {request_id} Version: {version}")],
        [(ended, f"END RequestId: {request_id}"), (ended, report)],
    )


def _platform(at: int, kind: str, record: dict[str, Any]) -> Line:
    stamp = datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return at, json.dumps({"time": stamp, "type": f"platform.{kind}", "record": record})


def write(group_name: str, stream_name: str, lines: Sequence[Line]) -> None:
    """Appends lines to a stream, making group and stream as AWS Lambda does, and passes them on to subscriptions
    and live tails."""
    from ministack.services import cloudwatch_logs as logs

    now = int(time.time() * 1000)
    group = logs._log_groups.get(group_name)
    if group is None:
        group = logs._log_groups[group_name] = {
            "arn": logs._make_group_arn(group_name),
            "creationTime": now,
            "retentionInDays": None,
            "tags": {},
            "subscriptionFilters": {},
            "streams": {},
        }
    stream = group["streams"].setdefault(
        stream_name,
        {
            "events": [],
            "uploadSequenceToken": "1",
            "creationTime": now,
            "firstEventTimestamp": None,
            "lastEventTimestamp": None,
            "lastIngestionTime": None,
        },
    )
    events = [{"timestamp": at, "message": text, "ingestionTime": now} for at, text in lines]
    logs._append_log_events(stream, events)
    logs._fanout_to_subscription_filters(group_name, stream_name, events)
    logs._fanout_to_live_tail_sessions(group_name, stream_name, events)
