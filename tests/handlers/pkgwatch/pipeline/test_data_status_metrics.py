"""The census of how complete the packages' data is."""

from __future__ import annotations

import secrets
import time
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.dynamodb import Table
from handlers.pkgwatch.pipeline.data_status_metrics import Census, handler, take_census
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.own_tables import packages_table

STATUSES = ("complete", "partial", "minimal", "pending", "abandoned_minimal", "abandoned_partial")


def fill(table: Table) -> None:
    for number, status in enumerate(STATUSES):
        for copy in range(number + 1):
            ecosystem = "npm" if copy % 2 == 0 else "pypi"
            table.put({"pk": f"{ecosystem}#{status}-{copy}", "sk": "LATEST", "data_status": status})
    table.put({"pk": "npm#used", "sk": "LATEST", "data_status": "complete", "weekly_downloads": 5})
    table.put({"pk": "npm#unused", "sk": "LATEST", "data_status": "complete", "weekly_downloads": 0})
    table.put({"pk": "pypi#used", "sk": "LATEST", "weekly_downloads": 7, "downloads_status": "collected"})
    table.put({"pk": "pypi#never", "sk": "LATEST", "data_status": "odd", "downloads_status": "never_fetched"})
    table.put({"pk": "FAILED#m", "sk": "2026-01-01", "data_status": "complete"})


def test_the_function(patched: pytest.MonkeyPatch, world: Any) -> None:
    table = packages_table()
    fill(table)
    patched.setenv("PACKAGES_TABLE", table.name)
    patched.setenv("METRICS_NAMESPACE", f"Census-{secrets.token_hex(4)}")
    settings.cache_clear()
    assert handler({}, Context()) == {
        "statusCode": 200,
        "counts": {
            "complete": 3,
            "partial": 2,
            "minimal": 4,
            "pending": 4,
            "abandoned_minimal": 5,
            "abandoned_partial": 6,
        },
        "coverage": {"npm": round(100 / 14, 2), "pypi": round(100 / 11, 2)},
    }
    values = {
        name: aws.client("cloudwatch").get_metric_statistics(
            Namespace=settings().metrics_namespace,
            MetricName=name,
            StartTime=time.time() - 600,
            EndTime=time.time() + 600,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        for name in (
            "AbandonedPackages",
            "AbandonedPartialPackages",
            "NpmDownloadCoverage",
            "PypiDownloadsNeverFetched",
        )
    }
    assert {name: sum(point["Sum"] for point in points) for name, points in values.items()} == {
        "AbandonedPackages": 5,
        "AbandonedPartialPackages": 6,
        "NpmDownloadCoverage": round(100 / 14, 2),
        "PypiDownloadsNeverFetched": 10,
    }


def test_an_empty_table(world: Any) -> None:
    census = take_census(packages_table())
    assert census.coverage == {"npm": 0.0, "pypi": 0.0}
    assert set(census.statuses.values()) == {0}


class Large:
    """A table that counts its pages, in as many parts as it is asked for."""

    def __init__(self, packages: int) -> None:
        self.packages, self.asked = packages, []

    def scan(self, _: str, __: Any, attributes: Any, segment: tuple[int, int]) -> Any:
        self.asked.append((tuple(attributes), segment))
        for number in range(segment[0], self.packages, segment[1]):
            yield {"pk": f"npm#{number}", "data_status": "complete", "weekly_downloads": number % 2}


def test_each_package_is_read_once_with_few_attributes() -> None:
    table = Large(10_001)
    census = take_census(table)
    assert census.statuses["complete"] == 10_001
    assert census.coverage["npm"] == round(100 * 5000 / 10_001, 2)
    assert sorted(segment for _, segment in table.asked) == [(number, 4) for number in range(4)]
    assert len({attributes for attributes, _ in table.asked}) == 1
    assert "openssf_checks" not in table.asked[0][0]


def test_segments_add_up() -> None:
    whole, part = Census(), Census()
    part.add({"pk": "pypi#x", "data_status": "pending", "weekly_downloads": 1})
    whole += part
    whole += part
    assert (whole.statuses["pending"], whole.packages["pypi"], whole.downloaded["pypi"]) == (2, 2, 2)
    assert whole.never_fetched == 2
