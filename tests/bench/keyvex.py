"""How long is a message to Keyvex under way, and how fast are interactions counted?

The way of a message is from the command line to the stored answer, of a model that answers at once. It is compared with
that through a bare queue to an empty function that stores one item, sent by a program of three lines.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.keyvex.analytics.analytics_processor import process
from tests.bench.bare_apis import BareApis
from tests.bench.in_process import UNHURRIED, interactions
from tests.bench.measure import BenchmarkError, Command, Contest, Row, Sample
from tests.bench.workplace import HERE, Workplace
from tests.emulator import client
from tests.waiting import eventually

COUNTED, FEW = 10_000, 1_000
FUNCTIONS = 8  # at once; Lambda starts five for a queue by itself
COUNTING = f"Keyvex: counting {COUNTED:,} interactions on the emulator"
WAY = "Keyvex: from queues send to the stored answer, warm"
STORING = """
import json
import boto3

client = boto3.client("dynamodb")


def handler(event, context):
    for record in event["Records"]:
        client.put_item(TableName="bench-keyvex", Item={"PK": {"S": record["body"]}, "SK": {"S": "METADATA"}})
"""


def measured(place: Workplace, only: str) -> Iterator[Row | str]:
    """Rows, and notes about them. Makes a table of its own, and deploys Keyvex."""
    if not any(only in name for name in (COUNTING, WAY)):
        return
    table = Table(client(place.emulator, "dynamodb"), "bench-keyvex", ("PK", "SK"))
    _create(table)
    if only in COUNTING:
        yield from _counting(place, table)
    if only in WAY:
        place.pkgops("deploy", "keyvex", "--yes", "--output", "json")()
        place.pkgops("seed-dev", "keyvex", "--output", "json")()
        yield _way(place, table)


def _counting(place: Workplace, table: Table) -> Iterator[Row | str]:
    logger.setLevel("WARNING")  # a line a batch
    batches = list(interactions(COUNTED))
    began = time.perf_counter()
    with ThreadPoolExecutor(FUNCTIONS) as functions:
        failures = list(functions.map(lambda batch: process(table, batch, UNHURRIED), batches))
    seconds = time.perf_counter() - began
    found = table.get(("TOOL#bench", "ANALYTICS_SUMMARY"), consistent=True) or {}
    if any(failures) or found.get("totalViews") != COUNTED:
        raise BenchmarkError(f"{found.get('totalViews')} of {COUNTED} interactions were counted.")
    yield Row(COUNTING, seconds, runs=1)
    yield f"{COUNTED / seconds:,.0f} interactions are counted a second, all of one tool, in batches of ten"
    few, many = (_peak(place, count) for count in (FEW, COUNTED))
    yield f"memory of counting: {few / 1e6:.1f} MB for {FEW:,} interactions, {many / 1e6:.1f} MB for {COUNTED:,}"


def _peak(place: Workplace, count: int) -> int:
    return place.python(str(HERE / "in_process.py"), "count", str(count))().peak


def _way(place: Workplace, table: Table) -> Row:
    url = _bare_queue(place)
    main = Table(table.client, "keyvex-main-table-development", table.keys)
    asked = {"userId": "bench", "process": "magicSpark", "input": {"expertise": "Pricing"}}

    def floor(name: str) -> Command:
        return place.floor("send", url, f"SESSION#{name}")

    def ours(name: str) -> Command:
        data = json.dumps({**asked, "sessionId": name})
        queue = "keyvex/keyvex-ai-processing-queue-development"
        return place.pkgops("queues", "send", queue, "--type", "AI_PROCESSING", "--data", data, "--yes")

    stored, answered = (lambda item: True), (lambda item: item.get("status") == "completed")
    return Contest(WAY, _until(table, floor, stored), _until(main, ours, answered), None, 10, warm_up=2).run()


def _until(
    table: Table, sending: Callable[[str], Command], done: Callable[[dict[str, Any]], bool]
) -> Callable[[], Sample]:
    """Sends a message of a new session; the time until the session's item is as it should be."""

    def run() -> Sample:
        name = f"bench-{time.time_ns()}"
        key = (f"SESSION#{name}", "METADATA")
        began = time.perf_counter()
        sent = sending(name)()
        eventually(lambda: (item := table.get(key, consistent=True)) and done(item))
        return Sample(time.perf_counter() - began, sent.peak)

    return run


def _bare_queue(place: Workplace) -> str:
    """A queue whose messages an empty function stores; its address."""
    sqs = client(place.emulator, "sqs")
    url = str(sqs.create_queue(QueueName="floor-keyvex", Attributes={"VisibilityTimeout": "60"})["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    function = BareApis(place, "floor-keyvex").function("floor-keyvex", STORING)
    client(place.emulator, "lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName=function, BatchSize=1)
    return url


def _create(table: Table) -> None:
    keys: Any = [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}]
    table.client.create_table(
        TableName=table.name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=keys,
        AttributeDefinitions=[{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in keys],
    )
