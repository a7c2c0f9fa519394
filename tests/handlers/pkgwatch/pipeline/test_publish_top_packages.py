"""The published list of the most downloaded packages."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.common import aws
from handlers.pkgwatch.pipeline.publish_top_packages import handler, publish
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.own_tables import packages_table


@pytest.fixture
def bucket(world: Any) -> str:
    name = f"public-{secrets.token_hex(6)}"
    aws.client("s3").create_bucket(Bucket=name)
    return name


def read(bucket: str, key: str) -> dict[str, Any]:
    return json.loads(aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def test_both_files(patched: pytest.MonkeyPatch, bucket: str) -> None:
    table = packages_table()
    for number in range(105):
        scored = {"health_score": number / 2 + 0.1, "risk_level": "LOW"} if number != 104 else {}
        item = {"pk": f"npm#p{number}", "name": f"p{number}", "ecosystem": "npm", "weekly_downloads": number}
        table.put({**item, "sk": "LATEST", **scored})
    table.put({"pk": "pypi#x", "sk": "LATEST", "name": "x", "ecosystem": "pypi", "weekly_downloads": 10**9})
    for name, value in {
        "PACKAGES_TABLE": table.name,
        "PUBLIC_BUCKET": bucket,
        "METRICS_NAMESPACE": f"Top-{secrets.token_hex(4)}",
    }.items():
        patched.setenv(name, value)
    settings.cache_clear()
    assert handler({}, Context()) == {"statusCode": 200, "published": 105}
    whole, hundred = read(bucket, "data/top-npm-packages.json"), read(bucket, "data/top-100-npm-packages.json")
    assert whole["rows"][:2] == [
        {"project": "p104", "download_count": 104, "health_score": None, "risk_level": None},
        {"project": "p103", "download_count": 103, "health_score": 52, "risk_level": "LOW"},
    ]
    assert whole["query"] == {"ecosystem": "npm", "sorted_by": "weekly_downloads", "limit": 10_000}
    assert [row["download_count"] for row in whole["rows"]] == list(range(104, -1, -1))
    assert hundred["rows"] == whole["rows"][:100]
    assert hundred["query"]["limit"] == 100
    assert datetime.fromisoformat(whole["last_update"]).tzinfo
    head = aws.client("s3").head_object(Bucket=bucket, Key="data/top-npm-packages.json")
    assert (head["ContentType"], head["CacheControl"]) == ("application/json", "max-age=3600")
    (metric,) = aws.client("cloudwatch").list_metrics(Namespace=settings().metrics_namespace)["Metrics"]
    assert metric["MetricName"] == "PublishTopPackagesCount"


def test_without_packages_the_files_stay(bucket: str) -> None:
    assert publish(packages_table(), aws.client("s3"), bucket, datetime.now(UTC)) == 0
    assert aws.client("s3").list_objects_v2(Bucket=bucket).get("Contents", []) == []
