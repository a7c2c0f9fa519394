"""Rankings are compared with what we know; what is missing is added, once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.common import aws
from handlers.pkgwatch.collect.discovery.rankings import PAGE
from handlers.pkgwatch.collect.discovery.seeding import collect, tier
from handlers.pkgwatch.collect.upstream.failures import Failed
from handlers.pkgwatch.pipeline import npmsio_audit, pypi_audit, seed_packages
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.own_tables import packages_table
from tests.handlers.pkgwatch.fixtures.queues import Queue
from tests.handlers.pkgwatch.fixtures.upstreams import World, upstreams

LONG = Context(remaining=120_000)


@pytest.fixture(scope="module")
def played() -> Iterator[World]:
    with upstreams() as world:
        yield world


class Deployed:
    """The audits with a table and a queue of their own."""

    def __init__(self) -> None:
        self.table, self.queue = packages_table(), Queue.new()
        self.namespace = f"Audit-{secrets.token_hex(4)}"

    def items(self) -> dict[str, dict[str, Any]]:
        return {item["pk"]: item for item in self.table.scan("sk = :latest", {"latest": "LATEST"})}

    def metrics(self) -> set[str]:
        found = aws.client("cloudwatch").list_metrics(Namespace=self.namespace)["Metrics"]
        return {metric["MetricName"] for metric in found}


@pytest.fixture
def deployed(patched: pytest.MonkeyPatch, world: Any, played: World) -> Deployed:
    made = Deployed()
    values = {
        "PACKAGES_TABLE": made.table.name,
        "PACKAGE_QUEUE_URL": made.queue.url,
        "METRICS_NAMESPACE": made.namespace,
        **played.environment,
    }
    for name, value in values.items():
        patched.setenv(name, value)
    settings.cache_clear()
    played.heal()
    return made


def run(function: Any, **event: Any) -> tuple[int, dict[str, Any]]:
    answer = json.loads(json.dumps(function.handler(event, LONG)))
    return answer["statusCode"], json.loads(answer["body"])


def search(*rows: tuple[str, float]) -> dict[str, Any]:
    return {"results": [{"package": {"name": name}, "score": {"final": score}} for name, score in rows]}


def test_npms_io(deployed: Deployed, played: World) -> None:
    deployed.table.put({"pk": "npm#known", "sk": "LATEST", "tier": 1, "last_updated": "2026"})
    rows = [("Known", 0.9), ("half", 0.5), ("less", 0.49), ("@a/b", 0.7), ("half", 0.5), ("_bad", 0.9)]
    played.fault(f"/npmsio/v2/search.*size={PAGE}&from=0", document=search(*rows))
    played.fault(f"/npmsio/v2/search.*size={PAGE}&from={PAGE}", document={"results": []})
    status, body = run(npmsio_audit)
    assert (status, body) == (200, {"audited": 4, "missing": 3, "added": 2, "queued": 2})
    assert sorted(deployed.items()) == ["npm#@a/b", "npm#half", "npm#known"]
    item = deployed.items()["npm#half"]
    assert (item["source"], item["npmsio_score"], item["tier"], item["data_status"]) == (
        "npmsio_audit",
        0.5,
        3,
        "pending",
    )
    assert {(message["name"], message["reason"]) for message in deployed.queue.take()} == {
        ("half", "npmsio_audit"),
        ("@a/b", "npmsio_audit"),
    }
    assert played.asked()[0] == "/npmsio/v2/search?q=boost-exact:false&size=250&from=0"
    assert deployed.metrics() == {"NpmsioAuditTotal", "NpmsioAuditMissing", "NpmsioAuditAdded"}
    assert run(npmsio_audit)[1] == {"audited": 4, "missing": 1, "added": 0, "queued": 0}


def test_npms_io_is_asked_for_five_thousand(deployed: Deployed, played: World) -> None:
    pages = {start: search(*((f"p{start + n}", 0.1) for n in range(PAGE))) for start in range(0, 6000, PAGE)}
    for start, page in pages.items():
        played.fault(f"/npmsio/.*&from={start}", document=page)
    assert run(npmsio_audit)[1] == {"audited": 5000, "missing": 5000, "added": 0, "queued": 0}
    assert len(played.asked("/npmsio/")) == 20


def test_the_most_downloaded_of_pypi(deployed: Deployed, played: World) -> None:
    status, body = run(pypi_audit)
    items = deployed.items()
    assert status == 200
    assert body["audited"] == body["missing"] > body["added"] == body["queued"] == len(items) > 20
    assert "pypi#made-up-rare" not in items
    assert items["pypi#flask"]["weekly_downloads"] == 33_000_000
    assert items["pypi#flask"]["source"] == "pypi_audit"
    assert {message["reason"] for message in deployed.queue.take()} == {"pypi_audit"}
    assert deployed.metrics() == {"PypiAuditTotal", "PypiAuditMissing", "PypiAuditAdded"}


def test_names_of_pypi_are_normalised_and_only_the_first_count(deployed: Deployed, played: World) -> None:
    rows = [{"project": "A_B.c", "download_count": 10_000}, {"project": "a-b-c", "download_count": 9}]
    rows += [{"project": f"p{number}", "download_count": 9999} for number in range(8005)]
    played.fault("/top_pypi/.*", document={"rows": rows})
    _, body = run(pypi_audit)
    assert body == {"audited": 7999, "missing": 7999, "added": 1, "queued": 1}
    assert deployed.items()["pypi#a-b-c"]["weekly_downloads"] == 2500


@pytest.mark.parametrize("fault", [{"kind": "garbage"}, {"document": {"rows": 5}}, {"status": 404}])
def test_a_ranking_that_never_begins_fails_the_run(deployed: Deployed, played: World, fault: Any) -> None:
    """Lambda tries an invocation of EventBridge again, and its errors are seen."""
    played.fault("/(top_pypi|npmsio)/.*", **fault)
    for function in (pypi_audit, npmsio_audit):
        with pytest.raises(Failed):
            function.handler({}, LONG)
    assert deployed.metrics() == {
        f"{name}Audit{n}" for name in ("Npmsio", "Pypi") for n in ("Total", "Missing", "Added")
    }


def test_a_ranking_that_ends_early_counts_as_far_as_it_went(deployed: Deployed, played: World) -> None:
    played.fault("/npmsio/.*from=0", document=search(*((f"p{n}", 0.9) for n in range(PAGE))))
    played.fault(f"/npmsio/.*from={PAGE}", kind="garbage")
    _, body = run(npmsio_audit)
    assert body == {"audited": 200, "missing": 200, "added": 200, "queued": 200, "interrupted": "invalid_json_response"}


def test_seeding(deployed: Deployed, played: World) -> None:
    deployed.table.put({"pk": "npm#react", "sk": "LATEST", "tier": 1, "last_updated": "2026", "health_score": 80})
    dry = run(seed_packages, npm_count=30, pypi_count=120, dry_run=True, trigger_collection=True)[1]
    assert dry["npm"] == {"ranked": 30, "known": 1, "added": 29}
    assert (dry["dry_run"], dry["collecting"]) == (True, [])
    assert list(deployed.items()) == ["npm#react"]
    status, done = run(seed_packages, npm_count=30, pypi_count=120)
    assert (status, {**done, "dry_run": True}) == (200, dry)
    items = deployed.items()
    assert items["npm#react"]["health_score"] == 80
    ranked = sorted((i for i in items.values() if i.get("ecosystem") == "pypi"), key=lambda i: i["seeded_rank"])
    assert [item["seeded_rank"] for item in ranked] == list(range(1, len(ranked) + 1))
    one = ranked[0]
    assert (one["data_status"], one["queryable"], one["needs_collection"], one["tier"]) == ("pending", False, True, 1)
    assert datetime.fromisoformat(one["next_retry_at"]) - datetime.fromisoformat(one["last_updated"]) == timedelta(
        hours=1
    )
    for index, where, values in (
        ("tier-index", "#tier = :v", {"v": 1}),
        ("data-status-index", "data_status = :v", {"v": "pending"}),
    ):
        assert {item["pk"] for item in deployed.table.pages(index, where, values)} >= {one["pk"]}
    assert run(seed_packages, npm_count=30, pypi_count=120)[1]["npm"]["added"] == 0


@pytest.mark.parametrize(("rank", "expected"), [(1, 1), (100, 1), (101, 2), (500, 2), (501, 3), (9000, 3)])
def test_tiers(rank: int, expected: int) -> None:
    assert tier(rank) == expected


@pytest.mark.parametrize("count", [-1, 10_001, "5", 1.5, True, None])
def test_counts_that_are_none(deployed: Deployed, count: Any) -> None:
    status, body = run(seed_packages, npm_count=count)
    assert (status, "npm_count" in body["error"]) == (400, True)


def test_what_was_seeded_is_collected() -> None:
    calls: list[dict[str, Any]] = []

    class Lambda:
        def invoke(self, **call: Any) -> None:
            calls.append(call)

    assert collect(Lambda(), "arn:refresh") == [1, 2, 3]
    assert [(call["FunctionName"], call["InvocationType"], json.loads(call["Payload"])) for call in calls] == [
        ("arn:refresh", "Event", {"tier": number, "reason": "seed_packages"}) for number in (1, 2, 3)
    ]
