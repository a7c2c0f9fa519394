"""DynamoDB streams: a batch that fails is retried as often as the mapping says, from the first failed item if
the function names it, then goes to the on-failure destination and no longer blocks its shard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

_polled = threading.local()  # the mapping whose records this thread is about to hand to a function
_failures: dict[str, tuple[str, int]] = {}  # mapping -> sequence number of its position, failed attempts


def install(_: Types) -> None:
    """Sits between the poller and the function it calls."""
    from ministack.services import dynamodb, lambda_svc

    require(lambda_svc, "_dynamodb_stream_positions", "_dynamodb_stream_positions_lock", "_poll_dynamodb_streams")
    require(lambda_svc, "_send_ddb_stream_failure_record", "_dynamodb_stream_table_from_arn_spec", "parse_arn")
    require(dynamodb, "stream_records_since")
    wrap(lambda_svc, "_iter_all_esms", _remembering_mapping)
    wrap(lambda_svc, "_execute_function", _counting_attempts)


def _remembering_mapping(original: Any) -> Any:
    def mappings() -> Iterator[Any]:
        for account, region, mapping in original():
            _polled.mapping = mapping
            yield account, region, mapping
        _polled.mapping = None

    return mappings


def _counting_attempts(original: Any) -> Any:
    def execute(func: dict[str, Any], event: Any) -> Any:
        mapping = getattr(_polled, "mapping", None)
        records = event.get("Records") if isinstance(event, dict) else None
        result: dict[str, Any] = original(func, event)
        if not mapping or not records or not _is_from(mapping, records[0]):
            return result
        return _outcome(mapping, func, records, result)

    return execute


def _is_from(mapping: dict[str, Any], record: dict[str, Any]) -> bool:
    same = record.get("eventSourceARN") == mapping.get("EventSourceArn")
    return same and record.get("eventSource") == "aws:dynamodb"


def _outcome(mapping: dict[str, Any], func: dict[str, Any], records: list[Any], result: dict[str, Any]) -> Any:
    """The result for the poller: an error keeps its position, a success moves it behind the batch."""
    first = _first_failed(mapping, records, result)
    if first is None:
        _failures.pop(mapping["UUID"], None)
        return result
    failed = records[first:]
    if first:
        _move_to(mapping, _sequence(failed[0]))
    place, attempts = _failures.get(mapping["UUID"], ("", 0))
    attempts = attempts + 1 if place == _sequence(failed[0]) else 1
    _failures[mapping["UUID"]] = (_sequence(failed[0]), attempts)
    limit = mapping.get("MaximumRetryAttempts")
    if limit is None or int(limit) < 0 or attempts <= int(limit):
        return result | {"error": True}
    _failures.pop(mapping["UUID"])
    _give_up(mapping, func, failed, result)
    return {"body": None, "log": result.get("log", "")}


def _first_failed(mapping: dict[str, Any], records: list[Any], result: dict[str, Any]) -> int | None:
    """The index of the first record that failed, None if none did."""
    if result.get("error"):
        return 0
    body = result.get("body")
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []) or not body:
        return None
    failures = body.get("batchItemFailures") if isinstance(body, dict) else None
    if not failures:
        return None
    numbers = [_sequence(record) for record in records]
    named = [str(one.get("itemIdentifier") or "") for one in failures]
    return min((numbers.index(name) if name in numbers else 0) for name in named)


def _sequence(record: dict[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _move_to(mapping: dict[str, Any], sequence: str) -> None:
    """Moves the position to the failed item: what precedes it is done."""
    from ministack.services import dynamodb, lambda_svc

    source = lambda_svc.parse_arn(mapping["EventSourceArn"])
    table, _ = lambda_svc._dynamodb_stream_table_from_arn_spec(source)
    with lambda_svc._dynamodb_stream_positions_lock:
        position = lambda_svc._dynamodb_stream_positions[mapping["UUID"]]
        waiting = dynamodb.stream_records_since(table, position, 10_000)
        done = next((at for at, record in enumerate(waiting) if _sequence(record) == sequence), 0)
        lambda_svc._dynamodb_stream_positions[mapping["UUID"]] = position + done


def _give_up(mapping: dict[str, Any], func: dict[str, Any], failed: list[Any], result: dict[str, Any]) -> None:
    from ministack.services import lambda_svc

    source = mapping["EventSourceArn"]
    lambda_svc._send_ddb_stream_failure_record(mapping, func, failed, source, result, "RetryAttemptsExhausted")
