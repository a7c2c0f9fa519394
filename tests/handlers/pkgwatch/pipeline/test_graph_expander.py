"""Graph expansion: packages that enough others depend on are added, once."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.common import aws
from handlers.common.timestamps import iso
from handlers.pkgwatch.collect.discovery.dependency_cache import DependencyCache
from handlers.pkgwatch.collect.upstream.circuit_breaker import LIMITS, UpstreamBreaker
from handlers.pkgwatch.packages.new_packages import find_unknown
from handlers.pkgwatch.pipeline import graph_expander_dispatcher, graph_expander_worker
from handlers.pkgwatch.runtime.settings import settings
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.upstreams import World
from tests.handlers.pkgwatch.pipeline.conftest import Discovery

LONG = Context(remaining=120_000)

NOW = datetime.now(UTC)


def work(*bodies: Any) -> dict[str, Any]:
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    records = [{"messageId": f"m{number}", "body": text} for number, text in enumerate(texts)]
    return graph_expander_worker.handler({"Records": records}, LONG)


def open_circuit(world: Any) -> None:
    breaker = UpstreamBreaker(world.keys, "deps.dev")
    for _ in range(LIMITS["deps.dev"].failures):
        breaker.failure()


def test_the_dispatcher_takes_the_newest_of_both_tiers(deployed: Discovery) -> None:
    for number in range(160):
        deployed.add(f"first-{number}", 1, updated=f"2026-01-01T{number:04}")
    for number in range(5):
        deployed.add(f"second-{number}", 2)
    deployed.add("python", 2, "pypi")
    deployed.add("third", 3)
    deployed.add("nonsense", 1, "cargo", updated="2025")
    answer = graph_expander_dispatcher.handler({}, LONG)
    assert answer == {"statusCode": 200, "packages": 156, "messages": 17, "errors": 0}
    sent = deployed.discovery.take()
    assert {len(message["packages"]) for message in sent} == {10, 5, 1}
    by_ecosystem = {
        ecosystem: {name for message in sent if message["ecosystem"] == ecosystem for name in message["packages"]}
        for ecosystem in ("npm", "pypi")
    }
    assert by_ecosystem["pypi"] == {"python"}
    assert by_ecosystem["npm"] == {f"first-{number}" for number in range(10, 160)} | {
        f"second-{number}" for number in range(5)
    }
    assert deployed.metrics() == {"GraphExpanderPackages", "GraphExpanderMessages", "GraphExpanderErrors"}


def test_the_dispatcher_skips_while_the_circuit_is_open(deployed: Discovery, world: Any) -> None:
    open_circuit(world)
    assert graph_expander_dispatcher.handler({}, LONG) == {"skipped": "circuit_open"}


def test_the_dispatcher_without_a_queue(patched: pytest.MonkeyPatch) -> None:
    patched.setenv("DISCOVERY_QUEUE_URL", "")
    settings.cache_clear()
    assert graph_expander_dispatcher.handler({}, LONG) == {"statusCode": 500}


@pytest.mark.parametrize("ecosystem", ["npm", "pypi"])
def test_used_dependencies_are_added_and_queued(deployed: Discovery, upstream: World, ecosystem: str) -> None:
    name = {"npm": "react", "pypi": "flask"}[ecosystem]
    result = work({"packages": [name], "ecosystem": ecosystem})
    assert (result["processed"], result["batchItemFailures"]) == (1, [])
    queued = {message["name"]: message for message in deployed.queue.take()}
    assert len(queued) == result["discovered"] >= 1
    assert queued["made-up-popular"] == {
        "ecosystem": ecosystem,
        "name": "made-up-popular",
        "tier": 3,
        "reason": "graph_expansion_discovery",
    }
    assert "made-up-rare" not in queued
    item = deployed.get(f"{ecosystem}#made-up-popular")
    retry = datetime.fromisoformat(item["next_retry_at"]) - datetime.fromisoformat(item["last_updated"])
    assert retry == timedelta(hours=1)
    expected = {"tier": 3, "source": "graph_expansion", "data_status": "pending", "retry_count": 0}
    assert {field: item[field] for field in expected} == expected
    assert deployed.metrics() == {"GraphExpanderProcessed", "GraphExpanderDiscovered"}


def test_a_repetition_sends_no_requests(deployed: Discovery, upstream: World) -> None:
    body = {"packages": ["react"], "ecosystem": "npm"}
    first = work(body)
    upstream.heal()
    deployed.queue.take()
    assert work(body) == {**first, "discovered": 0}
    assert upstream.asked("dependencies") == []
    assert {part for part in upstream.asked("/packages/") if "made-up-rare" not in part} == set()
    assert deployed.queue.take() == []
    assert "made-up-popular" in deployed.document("deps-cache/npm/react.json")["dependencies"]


def test_two_workers_add_a_package_once(deployed: Discovery, at_once: Any) -> None:
    bodies = [{"packages": [name], "ecosystem": "npm"} for name in ("react", "vue", "express", "chalk")]
    at_once(lambda number: work(bodies[number]), 4)
    names = [message["name"] for message in deployed.queue.take()]
    assert len(names) == len(set(names))
    assert "made-up-popular" in names


def test_names_are_normalized_and_invalid_ones_dropped(deployed: Discovery, upstream: World) -> None:
    result = work({"packages": ["React", "@babel/core", "../etc", 5, "", "no-such-package"], "ecosystem": "npm"})
    assert (result["processed"], result["batchItemFailures"]) == (3, [])
    assert deployed.document("deps-cache/npm/@babel/core.json")
    assert deployed.document("deps-cache/npm/no-such-package.json")["dependencies"] == []


@pytest.mark.parametrize("body", ["{", "[]", {}, {"packages": "react"}, {"packages": ["x"], "ecosystem": "cargo"}])
def test_messages_without_packages_are_dropped(deployed: Discovery, body: Any) -> None:
    assert work(body) == {"processed": 0, "discovered": 0, "batchItemFailures": []}


def test_an_open_circuit_has_the_message_sent_again(deployed: Discovery, upstream: World, world: Any) -> None:
    open_circuit(world)
    result = work({"packages": ["react"], "ecosystem": "npm"}, {"packages": [], "ecosystem": "npm"})
    assert result["batchItemFailures"] == [{"itemIdentifier": "m0"}]
    assert deployed.get("npm#made-up-popular") == {}
    assert upstream.asked() == []


def test_a_failed_package_does_not_affect_the_others(deployed: Discovery, upstream: World) -> None:
    """Rubbish will be rubbish the next time too; the message is done."""
    upstream.fault("/depsdev/v3/systems/npm/packages/vue", kind="garbage")
    result = work({"packages": ["vue", "react"], "ecosystem": "npm"})
    assert (result["processed"], result["batchItemFailures"]) == (1, [])
    assert deployed.get("npm#made-up-popular")


def test_a_transient_error_is_retried(deployed: Discovery, upstream: World) -> None:
    upstream.fault("/depsdev/.*react.*", status=503, times=1)
    assert work({"packages": ["react"], "ecosystem": "npm"})["processed"] == 1


def test_a_passed_deadline_has_the_message_sent_again(deployed: Discovery, upstream: World) -> None:
    record = {"messageId": "m", "body": json.dumps({"packages": ["react"], "ecosystem": "npm"})}
    answer = graph_expander_worker.handler({"Records": [record]}, Context(remaining=1000))
    assert answer == {"processed": 0, "discovered": 0, "batchItemFailures": [{"itemIdentifier": "m"}]}


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ({"cached_at": iso(NOW - timedelta(days=6)), "dependencies": ["a"]}, ["a"]),
        ({"cached_at": iso(NOW - timedelta(days=7)), "dependencies": ["a"]}, None),
        ({"cached_at": iso(NOW + timedelta(days=1)), "dependencies": ["a"]}, None),
        ({"cached_at": "soon", "dependencies": ["a"]}, None),
        ({"cached_at": iso(NOW), "dependencies": [5]}, None),
        ({"cached_at": iso(NOW)}, None),
        (["a"], None),
        ("{", None),
        (None, None),
    ],
)
def test_the_cache_keeps_dependencies_for_a_week(deployed: Discovery, kept: Any, found: Any) -> None:
    if kept is not None:
        text = kept if isinstance(kept, str) else json.dumps(kept)
        aws.client("s3").put_object(Bucket=deployed.bucket, Key="deps-cache/npm/x.json", Body=text.encode())
    assert DependencyCache(lambda: aws.client("s3"), deployed.bucket).get("npm", "x", NOW) == found


def test_the_cache_is_optional(deployed: Discovery, patched: pytest.MonkeyPatch) -> None:
    patched.setenv("RAW_DATA_BUCKET", "no-such-bucket")
    settings.cache_clear()
    assert work({"packages": ["react"], "ecosystem": "npm"})["processed"] == 1
    patched.setenv("RAW_DATA_BUCKET", "")
    settings.cache_clear()
    assert work({"packages": ["react"], "ecosystem": "npm"})["processed"] == 1


def test_unprocessed_keys_count_as_known(deployed: Discovery) -> None:
    class Silent:
        """Answers one key a call, and never that of b."""

        def batch(self, keys: Any, _: Any) -> Any:
            first = next((key for key in keys if key[0] != "npm#b"), None)
            found = [{"pk": "npm#a"}] if first == ("npm#a", "LATEST") else []
            return found, [key for key in keys if key != first]

    assert find_unknown(Silent(), "npm", ["a", "b", "c"], lambda _: None) == ["c"]
