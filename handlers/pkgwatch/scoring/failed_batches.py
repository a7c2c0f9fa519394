"""The failed batches of the packages stream: which packages a message about one names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Key, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse
from handlers.pkgwatch.scoring.stream_records import package_to_score

Body = Mapping[str, Any]

_PAGE_SIZE = 1000
_MAX_EMPTY_PAGES = 20  # in a row: a shard is read on until its records come
_MARGIN = timedelta(minutes=15)  # between the collection of an item and the arrival of its record
_UNSCORED = (
    "sk = :latest AND collected_at BETWEEN :since AND :until"
    " AND (attribute_not_exists(scored_at) OR scored_at <= collected_at)"
)


def is_batch_info(body: Body) -> bool:
    """Whether a message describes a batch by shard and sequence numbers, as Lambda sends it, without the records."""
    return isinstance(body.get("DDBStreamBatchInfo"), Mapping)


def packages_in_records(body: Body) -> set[Key]:
    """The packages of a stream event or of a single record."""
    records = body["Records"] if isinstance(body.get("Records"), list) else [body]
    keys = (_package(record) for record in records if isinstance(record, Mapping))
    return {key for key in keys if key}


def packages_in_shard(streams: Any, body: Body) -> set[Key] | None:
    """The packages of the records between the two sequence numbers; None if the shard cannot be read, which keeps
    records for a day."""
    info = body["DDBStreamBatchInfo"]
    try:
        records = list(_shard_records(streams, info))
    except (*ServiceError, KeyError, ValueError):
        logger.warning("The records of a batch cannot be read", exc_info=True, extra={"batch": dict(info)})
        return None
    return {key for record in records if (key := package_to_score(record)[0])}


def unscored_packages(packages: Table, bodies: Sequence[Body]) -> Iterator[Key]:
    """The packages collected about the time of the batches and not scored since. Reads the whole table, once."""
    windows = [_window(body["DDBStreamBatchInfo"]) for body in bodies]
    values = {"latest": "LATEST", "since": min(w[0] for w in windows), "until": max(w[1] for w in windows)}
    for item in packages.scan(_UNSCORED, values, ("pk", "sk")):
        yield (item["pk"], item["sk"])


def _package(record: Mapping[str, Any]) -> Key | None:
    """The package of a record, from its image or its keys."""
    change = record.get("dynamodb")
    if not isinstance(change, Mapping):
        return None
    image = change.get("NewImage") or change.get("Keys") or {}
    pk = (image.get("pk") or {}).get("S") or ""
    return (pk, "LATEST") if "#" in pk and not pk.startswith("FAILED#") else None


def _shard_records(streams: Any, info: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    iterator = streams.get_shard_iterator(
        StreamArn=info["streamArn"],
        ShardId=info["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=info["startSequenceNumber"],
    )["ShardIterator"]
    last, empty_pages = int(info["endSequenceNumber"]), 0
    while iterator and empty_pages < _MAX_EMPTY_PAGES:
        answer = streams.get_records(ShardIterator=iterator, Limit=_PAGE_SIZE)
        for record in answer["Records"]:
            yield record
            if int(record["dynamodb"]["SequenceNumber"]) >= last:
                return
        empty_pages = 0 if answer["Records"] else empty_pages + 1
        iterator = answer.get("NextShardIterator")
    raise ValueError("the shard ends before the batch does")


def _window(info: Mapping[str, Any]) -> tuple[str, str]:
    """The earliest and the latest collection of a batch's items; any time where the batch has no times."""
    first, last = (parse(info.get(f"approximateArrivalOf{which}Record")) for which in ("First", "Last"))
    return iso(first - _MARGIN) if first else "0", iso(last + _MARGIN) if last else "9"
