"""Which packages are meant by a description of stream records that were not scored?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from handlers.common.aws import ServiceError
from handlers.common.dynamodb import Key, Table
from handlers.common.logs import logger
from handlers.common.timestamps import iso, parse
from handlers.pkgwatch.scoring.score_records import changed_package

Body = Mapping[str, Any]

_PAGE = 1000
_EMPTY = 20  # answers in a row without a record: a shard is read on until its records come
_MARGIN = timedelta(minutes=15)  # between the moment an item is collected and the one its record is made
_UNSCORED = (
    "sk = :latest AND collected_at BETWEEN :since AND :until"
    " AND (attribute_not_exists(scored_at) OR scored_at <= collected_at)"
)


def is_description(body: Body) -> bool:
    """Whether this is what Lambda sends when it gives a batch up: shard and sequence numbers, no records."""
    return isinstance(body.get("DDBStreamBatchInfo"), Mapping)


def of_records(body: Body) -> set[Key]:
    """The packages of a stream event or of a single record."""
    records = body["Records"] if isinstance(body.get("Records"), list) else [body]
    keys = (_named(record) for record in records if isinstance(record, Mapping))
    return {key for key in keys if key}


def of_description(streams: Any, body: Body) -> set[Key] | None:
    """The packages whose records the shard holds between the two sequence numbers; None if they cannot be read,
    after a day they are gone."""
    info = body["DDBStreamBatchInfo"]
    try:
        records = list(_records(streams, info))
    except (*ServiceError, KeyError, ValueError):
        logger.warning("A batch cannot be read again", exc_info=True, extra={"batch": dict(info)})
        return None
    return {key for record in records if isinstance(key := changed_package(record), tuple)}


def unscored(packages: Table, bodies: Sequence[Body]) -> Iterator[Key]:
    """The packages collected about the time of those batches and not scored since. Reads the whole table, once."""
    windows = [_window(body["DDBStreamBatchInfo"]) for body in bodies]
    values = {"latest": "LATEST", "since": min(w[0] for w in windows), "until": max(w[1] for w in windows)}
    for item in packages.scan(_UNSCORED, values, ("pk", "sk")):
        yield (item["pk"], item["sk"])


def _named(record: Mapping[str, Any]) -> Key | None:
    """The package of a record, from its image or its keys."""
    change = record.get("dynamodb")
    if not isinstance(change, Mapping):
        return None
    image = change.get("NewImage") or change.get("Keys") or {}
    pk = (image.get("pk") or {}).get("S") or ""
    return (pk, "LATEST") if "#" in pk and not pk.startswith("FAILED#") else None


def _records(streams: Any, info: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    iterator = streams.get_shard_iterator(
        StreamArn=info["streamArn"],
        ShardId=info["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=info["startSequenceNumber"],
    )["ShardIterator"]
    last, empty = int(info["endSequenceNumber"]), 0
    while iterator and empty < _EMPTY:
        answer = streams.get_records(ShardIterator=iterator, Limit=_PAGE)
        for record in answer["Records"]:
            yield record
            if int(record["dynamodb"]["SequenceNumber"]) >= last:
                return
        empty = 0 if answer["Records"] else empty + 1
        iterator = answer.get("NextShardIterator")
    raise ValueError("the shard ends before the batch does")


def _window(info: Mapping[str, Any]) -> tuple[str, str]:
    """From when to when the items of a batch may have been collected; without its times, whenever."""
    first, last = (parse(info.get(f"approximateArrivalOf{which}Record")) for which in ("First", "Last"))
    return iso(first - _MARGIN) if first else "0", iso(last + _MARGIN) if last else "9"
