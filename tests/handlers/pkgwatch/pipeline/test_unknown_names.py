"""Names that exist nowhere stay not found: the collector knows it, and everything that shows packages says so"""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any

import pytest

from handlers.common.web.request import Request
from handlers.pkgwatch.api.badge import draw
from handlers.pkgwatch.api.scan import handler as scan_handler
from handlers.pkgwatch.collect.runs.downloads import candidates
from handlers.pkgwatch.packages.new_packages import add_items, find_unknown, new_item
from handlers.pkgwatch.pipeline.data_status_metrics import take_census
from handlers.pkgwatch.pipeline.score_calculator import rescore, score_batch
from tests.handlers.gateway import call, proxy_event
from tests.handlers.pkgwatch.fixtures.collector import Collector, message
from tests.handlers.pkgwatch.fixtures.packages import get


@pytest.fixture
def name(collector: Collector) -> str:
    """A name no upstream knows, after it was collected and scored."""
    found = f"nowhere-{secrets.token_hex(6)}"
    assert collector.deliver(message(f"npm#{found}", "scan_discovery")) == []
    rescore(collector.packages, (f"npm#{found}", "LATEST"), collector.clock())
    return found


def scanned(world: Any, name: str) -> Any:
    clear, _ = world.user("pro")
    return call(
        scan_handler, proxy_event("POST", headers={"x-api-key": clear}, body=json.dumps({"dependencies": [name]}))
    )


def test_a_name_that_exists_nowhere_is_no_package(world: Any, collector: Collector, name: str) -> None:
    """It came back from the pipeline as a package of the worst risk."""
    item = collector.item(f"npm#{name}")
    assert (item["data_status"], item.get("risk_level"), item.get("tier")) == ("not_found", None, None)
    answer = scanned(world, name)
    assert (answer.json["packages"], answer.json["not_found"], answer.json["critical"]) == ([], [name], 0)
    clear, _ = world.user()
    assert get(name, key=clear, include_incomplete="true").code == "package_not_found"
    badge = draw(Request(proxy_event(path={"ecosystem": "npm", "name": name})), collector.packages)
    assert "not found" in badge.body
    assert "discovery" not in answer.json


@pytest.mark.parametrize("ecosystem", ["npm", "pypi"])
def test_every_source_has_to_say_so(collector: Collector, ecosystem: str) -> None:
    key = f"{ecosystem}#nowhere-{secrets.token_hex(6)}"
    collector.world.fault("/depsdev/.*", status=503)
    assert collector.deliver(message(key)) == []
    assert collector.item(key)["data_status"] == "minimal"
    collector.world.heal()
    assert collector.deliver(message(key, force_refresh=True)) == []
    assert collector.item(key)["data_status"] == "not_found"


def test_a_package_nothing_is_known_of_yet_is_not_scored(world: Any, collector: Collector) -> None:
    """The upstreams fail while it is collected for the first time: that says nothing about the package."""
    new = f"new-{secrets.token_hex(6)}"
    key = (f"npm#{new}", "LATEST")
    collector.world.fault(".*", status=503)
    assert collector.deliver(message(key[0], force_refresh=True)) == []
    outcome = rescore(collector.packages, key, collector.clock())
    assert outcome.body == {"skipped": True, "reason": "no_data"}
    (entry,) = scanned(world, new).json["packages"]
    assert (entry["risk_level"], entry["health_score"]) == (None, None)
    given_up = {"status": "abandoned_minimal"}
    collector.packages.update(key, "SET data_status = :status", given_up)
    assert rescore(collector.packages, key, collector.clock()).status == 200
    assert collector.item(key[0])["risk_level"]


def test_a_package_that_was_taken_off_its_registry_keeps_its_history(collector: Collector) -> None:
    collector.deliver(message("npm#axios", force_refresh=True))
    collector.world.fault("/(depsdev|npm)/.*", status=404)
    collector.deliver(message("npm#axios", force_refresh=True))
    item = collector.item("npm#axios")
    assert item["data_status"] != "not_found"
    assert item["tier"] == 1


def test_nothing_goes_on_asking_for_it(world: Any, no_packages: None, collector: Collector, name: str) -> None:
    key = f"npm#{name}"
    assert candidates(collector.packages, "npm", 10) == []
    assert take_census(collector.packages).packages == {"npm": 0, "pypi": 0}
    image = {"pk": {"S": key}, "sk": {"S": "LATEST"}, "data_status": {"S": "not_found"}}
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": "1"}}
    assert score_batch(collector.packages, [record], collector.clock())["skipped"] == 1


def test_it_is_a_package_once_it_is_published(world: Any, collector: Collector, name: str) -> None:
    assert find_unknown(collector.packages, "npm", [name]) == [name]
    (added,) = add_items(collector.packages, [new_item("npm", name, "npmsio_audit", collector.clock())])
    assert added["name"] == name
    assert add_items(collector.packages, [new_item("npm", name, "npmsio_audit", collector.clock())]) == []
    collector.clock.wait(days=1)
    assert collector.item(f"npm#{name}")["data_status"] == "pending"


def test_the_sources_are_asked_again_after_the_usual_time_only(collector: Collector, name: str) -> None:
    collector.world.heal()
    assert collector.deliver(message(f"npm#{name}", "scan_discovery")) == []
    assert collector.world.asked("/npm/") == []
    collector.clock.now += timedelta(hours=1)
    assert collector.deliver(message(f"npm#{name}", "scan_discovery")) == []
    assert collector.world.asked("/npm/")
