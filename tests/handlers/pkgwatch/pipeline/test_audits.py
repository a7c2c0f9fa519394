"""The audits: rankings compared with the known packages, missing ones added once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers.pkgwatch.collect.discovery.rankings import PAGE_SIZE
from handlers.pkgwatch.collect.upstream.failures import UpstreamError
from handlers.pkgwatch.pipeline import npmsio_audit, pypi_audit
from tests.handlers.gateway import Context
from tests.handlers.pkgwatch.fixtures.upstreams import World
from tests.handlers.pkgwatch.pipeline.conftest import Discovery

LONG = Context(remaining=120_000)


def run(function: Any, **event: Any) -> tuple[int, dict[str, Any]]:
    answer = json.loads(json.dumps(function.handler(event, LONG)))
    return answer["statusCode"], json.loads(answer["body"])


def search(*rows: tuple[str, float]) -> dict[str, Any]:
    return {"results": [{"package": {"name": name}, "score": {"final": score}} for name, score in rows]}


def test_npmsio_audit(deployed: Discovery, upstream: World) -> None:
    deployed.table.put({"pk": "npm#known", "sk": "LATEST", "tier": 1, "last_updated": "2026"})
    rows = [("Known", 0.9), ("half", 0.5), ("less", 0.49), ("@a/b", 0.7), ("half", 0.5), ("_bad", 0.9)]
    upstream.fault(f"/npmsio/v2/search.*size={PAGE_SIZE}&from=0", document=search(*rows))
    upstream.fault(f"/npmsio/v2/search.*size={PAGE_SIZE}&from={PAGE_SIZE}", document={"results": []})
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
    assert upstream.asked()[0] == "/npmsio/v2/search?q=boost-exact:false&size=250&from=0"
    assert deployed.metrics() == {"NpmsioAuditTotal", "NpmsioAuditMissing", "NpmsioAuditAdded"}
    assert run(npmsio_audit)[1] == {"audited": 4, "missing": 1, "added": 0, "queued": 0}


def test_npmsio_audit_reads_five_thousand_results(deployed: Discovery, upstream: World) -> None:
    pages = {start: search(*((f"p{start + n}", 0.1) for n in range(PAGE_SIZE))) for start in range(0, 6000, PAGE_SIZE)}
    for start, page in pages.items():
        upstream.fault(f"/npmsio/.*&from={start}", document=page)
    assert run(npmsio_audit)[1] == {"audited": 5000, "missing": 5000, "added": 0, "queued": 0}
    assert len(upstream.asked("/npmsio/")) == 20


def test_pypi_audit(deployed: Discovery, upstream: World) -> None:
    status, body = run(pypi_audit)
    items = deployed.items()
    assert status == 200
    assert body["audited"] == body["missing"] > body["added"] == body["queued"] == len(items) > 20
    assert "pypi#made-up-rare" not in items
    assert items["pypi#flask"]["weekly_downloads"] == 33_000_000
    assert items["pypi#flask"]["source"] == "pypi_audit"
    assert {message["reason"] for message in deployed.queue.take()} == {"pypi_audit"}
    assert deployed.metrics() == {"PypiAuditTotal", "PypiAuditMissing", "PypiAuditAdded"}


def test_pypi_names_are_normalized_and_rows_limited(deployed: Discovery, upstream: World) -> None:
    rows = [{"project": "A_B.c", "download_count": 10_000}, {"project": "a-b-c", "download_count": 9}]
    rows += [{"project": f"p{number}", "download_count": 9999} for number in range(8005)]
    upstream.fault("/top_pypi/.*", document={"rows": rows})
    _, body = run(pypi_audit)
    assert body == {"audited": 7999, "missing": 7999, "added": 1, "queued": 1}
    assert deployed.items()["pypi#a-b-c"]["weekly_downloads"] == 2500


@pytest.mark.parametrize("fault", [{"kind": "garbage"}, {"document": {"rows": 5}}, {"status": 404}])
def test_an_unavailable_ranking_fails_the_run(deployed: Discovery, upstream: World, fault: Any) -> None:
    """Lambda tries an invocation of EventBridge again, and its errors are seen."""
    upstream.fault("/(top_pypi|npmsio)/.*", **fault)
    for function in (pypi_audit, npmsio_audit):
        with pytest.raises(UpstreamError):
            function.handler({}, LONG)
    assert deployed.metrics() == {
        f"{name}Audit{n}" for name in ("Npmsio", "Pypi") for n in ("Total", "Missing", "Added")
    }


def test_an_interrupted_ranking_counts_as_far_as_it_was_read(deployed: Discovery, upstream: World) -> None:
    upstream.fault("/npmsio/.*from=0", document=search(*((f"p{n}", 0.9) for n in range(PAGE_SIZE))))
    upstream.fault(f"/npmsio/.*from={PAGE_SIZE}", kind="garbage")
    _, body = run(npmsio_audit)
    assert body == {"audited": 200, "missing": 200, "added": 200, "queued": 200, "interrupted": "invalid_json_response"}
