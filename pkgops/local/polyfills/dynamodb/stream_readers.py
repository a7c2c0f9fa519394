"""DynamoDB streams: every mapping reads in a thread of its own, one batch after the other.

The emulator calls their functions in the thread that also reads queues, which waits for them. And it reads as soon as
there is a record, so that a function is called for every single one: here, as on AWS, where a shard is read four times
a second, a mapping waits a moment behind each batch for more to come. The first record after a silence waits for none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types

AFTER = ("dynamodb.stream_failures",)  # which learns from the list of mappings whose records are read
_GAP = 0.01  # seconds without looking after a wake that found nothing; a look takes less than a millisecond

_GATHERING = 0.1  # seconds between two batches, unless a whole one is there
_STREAM, _BATCH = ":dynamodb:", 100  # in the ARN of a stream; records of a batch whose mapping does not say it
_PAUSE = 1.0  # seconds before a mapping is tried again that cannot read what there is, as its function is gone

_reader = threading.local()  # the mapping that this thread reads for
_paused: dict[str, float] = {}  # mapping -> until when


def install(_: Types) -> None:
    """Turns the emulator's reading of all streams into the reading of one."""
    from ministack.services import lambda_svc

    require(lambda_svc, "_dispatch_esm_batch", "_esm_inflight", "_esm_backoff_until", "_ESM_IDLE_WAKE_GAP_SECONDS")
    require(lambda_svc, "_dynamodb_stream_positions", "_dynamodb_stream_table_from_arn_spec", "parse_arn")
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = _GAP
    wrap(lambda_svc, "_iter_all_esms", _only_its_own)
    wrap(lambda_svc, "_poll_dynamodb_streams", _starting_readers)


def _only_its_own(original: Any) -> Any:
    def mappings() -> Iterator[Any]:
        only = getattr(_reader, "mapping", None)
        return (row for row in original() if only is None or row[2] is only)

    return mappings


def _starting_readers(original: Any) -> Any:
    from ministack.services import lambda_svc

    def read(account: str, region: str, mapping: dict[str, Any]) -> None:
        _reader.mapping = mapping
        if not original():
            _paused[mapping["UUID"]] = time.monotonic() + _PAUSE
            return
        drain(original, lambda: _unread(account, region, mapping), int(mapping.get("BatchSize") or _BATCH))

    def poll() -> bool:
        """Whether a reader was started."""
        started = False
        for account, region, mapping in lambda_svc._iter_all_esms():
            if not lambda_svc._esm_inflight.get(mapping["UUID"]) and _has_work(account, region, mapping):
                lambda_svc._dispatch_esm_batch(mapping["UUID"], read, account, region, mapping)
                started = True
        return started

    return poll


def drain(
    read: Callable[[], bool], unread: Callable[[], int], batch: int, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Reads until there is nothing left, or a batch has failed."""
    more = True
    while more:
        if unread() < batch:
            sleep(_GATHERING)
        more = read()


def _has_work(account: str, region: str, mapping: dict[str, Any]) -> bool:
    from ministack.services import lambda_svc

    name = mapping["UUID"]
    if not mapping.get("Enabled", True) or _paused.get(name, 0) > time.monotonic():
        return False
    if lambda_svc._esm_backoff_until.get_scoped(account, region, name, 0) > time.time():
        return False
    return _unread(account, region, mapping) > 0


def _unread(account: str, region: str, mapping: dict[str, Any]) -> int:
    """How many records of its stream a mapping has not read yet; 0 if it is not one of a stream."""
    from ministack.services import dynamodb, lambda_svc

    source = str(mapping.get("EventSourceArn", ""))
    table = lambda_svc._dynamodb_stream_table_from_arn_spec(lambda_svc.parse_arn(source)) if _STREAM in source else None
    if table is None:
        return 0
    read: int = lambda_svc._dynamodb_stream_positions.get_scoped(account, region, mapping["UUID"], 0)
    end: int = dynamodb.stream_end_position(table[0], account_id=account, region=region)
    return end - read
