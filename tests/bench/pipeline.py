"""How many packages does the pipeline get through, and what does looking at all of them cost?

Its own code in processes of their own (see `in_process`), the whole of it on the emulator with the upstreams played
beside it, and the daily census over a table that grows.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from handlers.common.dynamodb import Table
from handlers.pkgwatch.pipeline.data_status_metrics import SEGMENTS, take_census
from tests.bench.measure import BenchmarkError, Contest, Row, Sample
from tests.bench.workplace import HERE, Workplace
from tests.emulator import ACCOUNT, client

SCORED, DISPATCHED, FEW = 20_000, 100_000, 10_000
COUNTED = (1_000, 4_000, 16_000)
PACKAGES, QUEUE = "pkgwatch-packages-local", "pkgwatch-package-queue-local"
PATIENCE = 120  # seconds
WANTED = 100  # packages a second
WORK = "10 requests to upstreams, roughly, and calls of services that its batch shares"  # advisories vary it
SCORING = f"scoring {SCORED:,} packages in process"
DISPATCHING = f"dispatching {DISPATCHED:,} packages in process"
COLLECTING = "the seeded packages through the local pipeline"
CENSUS = "census of {:,} packages on the emulator"

Rows = Iterator[Row | str]


def measured(place: Workplace, only: str) -> Rows:
    """Rows, and notes about them, for what ``only`` names. Needs a deployment; seeds it."""
    for name, rows in (
        (SCORING, _scoring),
        (DISPATCHING, _dispatching),
        (COLLECTING, _collecting),
        (CENSUS, _census),
    ):
        if only in name:
            yield from rows(place)


def _scoring(place: Workplace) -> Rows:
    samples = [_in_process(place, "score", SCORED)() for _ in range(5)]
    seconds = median(sample.seconds for sample in samples)
    yield Row(SCORING, seconds, memory=max(sample.peak for sample in samples), runs=len(samples))
    yield f"the scorer does {SCORED / seconds:,.0f} packages a second and core; 20,000 are asked for"


def _dispatching(place: Workplace) -> Rows:
    ours, floor = (_in_process(place, work, DISPATCHED) for work in ("dispatch", "bare"))
    yield Contest(DISPATCHING, floor, ours, None, 3).run()
    few, many = _in_process(place, "dispatch", FEW)().peak, ours().peak
    yield f"the dispatcher's memory: {few / 1e6:.1f} MB for {FEW:,} packages, {many / 1e6:.1f} MB for {DISPATCHED:,}"


def _in_process(place: Workplace, work: str, count: int) -> Callable[[], Sample]:
    command = place.python(str(HERE / "in_process.py"), work, str(count))

    def run() -> Sample:
        peak = command().peak
        return Sample(float(command.said), peak)

    return run


def _collecting(place: Workplace) -> Rows:
    """All that is seeded, collected anew, from sending the messages to the last score; the second time counts."""
    _seeded(place)
    dynamodb, sqs = client(place.emulator, "dynamodb"), client(place.emulator, "sqs")
    keys = [item["pk"]["S"] for item in _latest(dynamodb)]
    _through(dynamodb, sqs, place, keys)
    pid = place.emulator.status().pid
    server, functions = processor_seconds(pid)
    seconds = _through(dynamodb, sqs, place, keys)
    server, functions = (
        after - before for before, after in zip((server, functions), processor_seconds(pid), strict=True)
    )
    speed, cores = len(keys) / seconds, os.cpu_count() or 1
    why = "" if speed >= WANTED else _too_much(1000 * server / len(keys), 1000 * functions / len(keys), cores)
    yield Row(COLLECTING, seconds, functions / cores, runs=1, why=why)  # the floor: an emulator that costs nothing
    yield f"the local pipeline does {speed:.1f} packages a second, {len(keys)} of them, queue to score"


def _too_much(server: float, functions: float, cores: int) -> str:
    """Why a number of processors does not do what is asked for, of the milliseconds of one that a package takes."""
    return (
        f"a package is {WORK}, each of which costs in two processes: {server:.1f} ms of a processor in the emulator, "
        f"{functions:.1f} in functions and companions. So {cores} do {1000 * cores / (server + functions):.0f} a "
        f"second at most; the {WANTED} that are asked for would take {1000 * cores / WANTED:.0f} ms in all. A queue as "
        "short as this one also begins and ends: two processors were idle for a fifth of a quiet run of 1.5 s"
    )


def _seeded(place: Workplace) -> None:
    place.pkgops("deploy", "--yes")()
    place.pkgops("seed-dev")()


def _through(dynamodb: Any, sqs: Any, place: Workplace, keys: list[str]) -> float:
    url = f"{place.emulator.endpoint}/{ACCOUNT}/{QUEUE}"
    old = {item["pk"]["S"]: item.get("collected_at", {}).get("S", "") for item in _latest(dynamodb)}
    bodies = [
        {"ecosystem": ecosystem, "name": name, "tier": 3, "reason": "user_request", "force_refresh": True}
        for ecosystem, _, name in (key.partition("#") for key in keys)
    ]
    began = time.perf_counter()
    for start in range(0, len(bodies), 10):
        batch = [
            {"Id": str(number), "MessageBody": json.dumps(body)} for number, body in enumerate(bodies[start:][:10])
        ]
        sqs.send_message_batch(QueueUrl=url, Entries=batch)
    while not all(_done(item, old) for item in _latest(dynamodb)):
        if time.perf_counter() - began > PATIENCE:
            raise BenchmarkError(f"Not everything was collected and scored within {PATIENCE} s.")
        time.sleep(0.2)
    return time.perf_counter() - began


def processor_seconds(pid: int) -> tuple[float, float]:
    """Those that the process has used, and those that the processes it has started have."""
    import psutil

    whole = psutil.Process(pid)
    used = [one.cpu_times() for one in whole.children(recursive=True)]
    own = whole.cpu_times()
    return own.user + own.system, sum(times.user + times.system for times in used)


def _done(item: dict[str, Any], old: dict[str, str]) -> bool:
    collected, scored = (item.get(name, {}).get("S", "") for name in ("collected_at", "scored_at"))
    return collected > old.get(item["pk"]["S"], "") and scored > collected


def _latest(dynamodb: Any) -> list[dict[str, Any]]:
    """The packages, without the records of those that failed and those made for other rows of the table."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=PACKAGES,
        FilterExpression="sk = :latest AND NOT contains(pk, :bench)",
        ExpressionAttributeValues={":latest": {"S": "LATEST"}, ":bench": {"S": "#bench-"}},
        ProjectionExpression="pk, collected_at, scored_at",
    )
    return [item for page in pages for item in page["Items"]]


def _census(place: Workplace) -> Rows:
    _seeded(place)
    dynamodb = client(place.emulator, "dynamodb")
    item = dynamodb.get_item(TableName=PACKAGES, Key={"pk": {"S": "npm#lodash"}, "sk": {"S": "LATEST"}})["Item"]
    table = Table(dynamodb, "bench-census")
    dynamodb.create_table(
        TableName=table.name,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    there = 0
    for count in COUNTED:
        _fill(dynamodb, table.name, item, range(there, count))
        there = count
        yield _counted(table, count)
    size = len(json.dumps(item))
    units = size / 4096 / 2 * 100_000
    yield f"a census reads everything: about {units:,.0f} read units for 100,000 packages of {size} bytes"


def _counted(table: Table, count: int) -> Row:
    def ours() -> Sample:
        began = time.perf_counter()
        found = take_census(table)
        seconds = time.perf_counter() - began
        if sum(found.statuses.values()) != count:
            raise BenchmarkError(f"The census counted {found.statuses} of {count}.")
        return Sample(seconds)

    def floor() -> Sample:
        began = time.perf_counter()
        with ThreadPoolExecutor(SEGMENTS) as pool:
            found = sum(pool.map(lambda segment: _segment(table, segment), range(SEGMENTS)))
        seconds = time.perf_counter() - began
        if found != count:
            raise BenchmarkError(f"A bare scan found {found} of {count}.")
        return Sample(seconds)

    return Contest(CENSUS.format(count), floor, ours, None, 3).run()


def _segment(table: Table, number: int) -> int:
    """How many items there are in a segment: the pages that the census reads, in boto3 alone."""
    pages = table.client.get_paginator("scan").paginate(
        TableName=table.name,
        FilterExpression="sk = :latest",
        ExpressionAttributeValues={":latest": {"S": "LATEST"}},
        ProjectionExpression="pk, data_status, weekly_downloads, downloads_status",
        Segment=number,
        TotalSegments=SEGMENTS,
    )
    return sum(page["Count"] for page in pages)


def _fill(dynamodb: Any, table: str, item: dict[str, Any], numbers: range) -> None:
    for start in range(numbers.start, numbers.stop, 25):
        some = range(start, min(start + 25, numbers.stop))
        requests = [{"PutRequest": {"Item": {**item, "pk": {"S": f"npm#bench-{number}"}}}} for number in some]
        dynamodb.batch_write_item(RequestItems={table: requests})
