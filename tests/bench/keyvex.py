"""How many interactions with Keyvex's tools are counted in a second, and does memory grow with them?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.keyvex.analytics.analytics_processor import process
from tests.bench.in_process import UNHURRIED, interactions
from tests.bench.measure import BenchmarkError, Row
from tests.bench.workplace import HERE, Workplace
from tests.emulator import client

COUNTED, FEW = 10_000, 1_000
FUNCTIONS = 8  # at once; Lambda starts five for a queue by itself
COUNTING = f"Keyvex: counting {COUNTED:,} interactions on the emulator"


def measured(place: Workplace, only: str) -> Iterator[Row | str]:
    """The row, and notes about it. Makes a table of its own."""
    if only not in COUNTING:
        return
    table = Table(client(place.emulator, "dynamodb"), "bench-keyvex", ("PK", "SK"))
    _create(table)
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


def _create(table: Table) -> None:
    keys: Any = [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}]
    table.client.create_table(
        TableName=table.name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=keys,
        AttributeDefinitions=[{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in keys],
    )
