"""What shipped systems and single resources cost."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as given_
from hypothesis import settings

from pkgops.cost.book import shipped
from pkgops.cost.estimate import Estimate, Stacks, estimate
from pkgops.cost.facts.registry import FREE, RULES
from pkgops.cost.usage import MEASURES, Usage, chosen
from tests.pkgops import odd_templates
from tests.pkgops.cost.systems import one, resource, stacks
from tests.repository import ROOT, SYSTEMS, load_system

D = Decimal
BOOK = shipped()


def of(system: str, stage: str, profile: str | None = None) -> Estimate:
    return estimate(stacks(system, stage), BOOK, chosen(load_system(system).usage, stage, profile))


def rows(found: Estimate) -> dict[str, tuple[D | None, D | None]]:
    return {row.key: (row.quantity, row.amount) for row in found.rows}


def priced(given: Stacks, **usage: float) -> dict[str, tuple[D | None, D | None]]:
    values = {key.replace("__", "."): D(str(value)) for key, value in usage.items()}
    return rows(estimate(given, BOOK, Usage("test", values)))


@pytest.mark.parametrize(
    ("system", "stage"), [("pkgwatch", "prod"), ("always_coder", "prod"), ("stream_sales", "prod")]
)
def test_a_documented_profile_is_within_its_documented_range(system, stage):
    found = of(system, stage)
    assert found.usage.low <= found.fixed + found.used <= found.usage.high
    assert found.open == 0


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_type_of_a_shipped_system_is_priced_or_free(system):
    found = of(system, "prod")
    assert not found.not_priced
    assert found.open == 0, [row.key for row in found.rows if row.amount is None]


def test_rules_know_types_prices_and_measures():
    assert not set(RULES) & FREE
    for system in SYSTEMS:
        for row in of(system, "prod").rows:
            assert row.key in BOOK.prices
            assert all(set(charge.item.measures) <= set(MEASURES) for charge in row.charges)
            assert all(charge.quantity is None or charge.quantity >= 0 for charge in row.charges)


def test_the_parts_add_up_to_the_whole():
    found = of("pkgwatch", "prod")
    for key in {row.key for row in found.rows}:
        parts = [row for row in found.rows if row.key == key]
        whole = BOOK.prices[key].cost(sum((row.quantity or D(0) for row in parts), D(0)))
        assert abs(sum((row.amount or D(0) for row in parts), D(0)) - whole) < D("1e-9")


def test_without_an_assumption_there_is_a_unit_price_and_no_amount():
    found = estimate(stacks("always_coder", "prod"), BOOK)
    assert found.used == 0
    assert found.open == len([row for row in found.rows if not row.fixed]) > 10
    assert all(row.price and row.price.shown and row.missing for row in found.rows if row.amount is None)


FUNCTION = resource("Lambda::Function", MemorySize=512, Architectures=["arm64"])


def test_a_function_by_memory_and_processor():
    found = priced(one(F=FUNCTION), function__invocations=1_000_000, function__milliseconds=200)
    assert found["lambda.requests"] == (1_000_000, D("0.2"))
    assert found["lambda.arm.gb_seconds"] == (100_000, D("1.33334"))
    assert "lambda.x86.gb_seconds" in priced(one(F=resource("Lambda::Function")))


def test_a_function_at_the_edge_costs_more():
    association = {"LambdaFunctionAssociations": [{"EventType": "viewer-request", "LambdaFunctionARN": {"Ref": "V"}}]}
    given = one(
        F=resource("Lambda::Function", MemorySize=128),
        V=resource("Lambda::Version", FunctionName={"Ref": "F"}),
        D=resource("CloudFront::Distribution", DistributionConfig={"DefaultCacheBehavior": association}),
    )
    assert priced(given, function__invocations=1_000_000)["lambda.edge.requests"] == (1_000_000, D("0.6"))


def test_free_tiers_are_named_and_only_on_request():
    usage = Usage("x", {"function.invocations": D(3_000_000), "function.milliseconds": D(100)})
    paid = estimate(one(F=FUNCTION), BOOK, usage)
    free = estimate(one(F=FUNCTION), BOOK, usage, free_tier=True)
    assert not paid.allowances
    assert {item.price.key: (item.units, item.saved) for item in free.allowances} == {
        "lambda.requests": (1_000_000, D("0.2")),
        "lambda.arm.gb_seconds": (150_000, D("0.0000133334") * 150_000),
    }
    assert paid.used - free.used == sum(item.saved for item in free.allowances)


def test_a_free_tier_is_of_the_account_and_not_of_each_resource():
    usage = Usage("x", {"function.invocations": D(3_000_000), "function.milliseconds": D(0)})
    found = estimate(one(A=FUNCTION, B=FUNCTION), BOOK, usage, free_tier=True)
    assert rows(found)["lambda.requests"][1] == D("0.4")


@pytest.mark.parametrize(
    ("given", "price", "quantity"),
    [
        (resource("CloudWatch::Alarm", Period=300), "cloudwatch.alarm", 1),
        (resource("CloudWatch::Alarm", Period=10), "cloudwatch.alarm.high", 1),
        (
            resource(
                "CloudWatch::Alarm",
                Metrics=[{"MetricStat": {"Period": 60}}, {"MetricStat": {"Period": 60}}, {"Expression": "a+b"}],
            ),
            "cloudwatch.alarm",
            2,
        ),
        (resource("EC2::NatGateway"), "nat.hours", 730),
        (resource("EC2::EIP"), "ip.hours", 730),
        (resource("EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=["a", "b"]), "endpoint.hours", 1460),
        (resource("SecretsManager::Secret"), "secrets.secret", 1),
        (resource("WAFv2::WebACL", Rules=[1, 2, 3]), "waf.rule", 3),
        (
            resource("DynamoDB::Table", ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": "2"}),
            "dynamodb.write_hours",
            1460,
        ),
        (
            resource("ElastiCache::ReplicationGroup", CacheNodeType="cache.t3.micro", NumCacheClusters=2),
            "elasticache.cache.t3.micro",
            1460,
        ),
        (
            resource(
                "ElastiCache::ReplicationGroup", CacheNodeType="cache.t3.micro", NumNodeGroups=2, ReplicasPerNodeGroup=1
            ),
            "elasticache.cache.t3.micro",
            2920,
        ),
        (resource("RDS::DBInstance", DBInstanceClass="db.t4g.micro", MultiAZ=True), "rds.db.t4g.micro", 1460),
    ],
)
def test_fixed_costs(given, price, quantity):
    found = [row for row in estimate(one(X=given), BOOK).rows if row.fixed and row.key == price]
    assert [row.quantity for row in found] == [quantity]


@pytest.mark.parametrize(("least", "fixed"), [(0, None), (0.5, D("43.8")), (4, D("350.4"))])
def test_an_aurora_cluster_is_paid_for_its_minimum(least, fixed):
    scaling = {"MinCapacity": least, "MaxCapacity": 16}
    cluster = resource("RDS::DBCluster", ServerlessV2ScalingConfiguration=scaling)
    writer = resource("RDS::DBInstance", DBClusterIdentifier={"Ref": "C"}, DBInstanceClass="db.serverless")
    found = estimate(one(C=cluster, W=writer), BOOK)
    amounts = [row.amount for row in found.rows if row.fixed]
    assert amounts == ([] if fixed is None else [fixed])
    assert any(row.key == "aurora.capacity_hours" and not row.fixed for row in found.rows)


def test_resources_of_one_name_in_two_stacks_share_a_total():
    [(_, template)] = one(F=FUNCTION)
    found = estimate([("a", template), ("b", template)], BOOK, Usage("x", {"function.invocations": D(1000)}))
    assert [row.quantity for row in found.rows if row.key == "lambda.requests"] == [500, 500]


def test_traps_are_named_with_what_is_in_them():
    keyvex = estimate(stacks("keyvex", "prod-lambda-vpc"), BOOK).notes
    assert any("NAT gateway is paid by the hour" in note for note in keyvex)
    assert any("PLUS has no free users" in note for note in of("kefir", "prod").notes)
    pkgwatch = of("pkgwatch", "prod").notes
    assert any("metric math is paid for each of its metrics (" in note for note in pkgwatch)


def test_detailed_metrics_are_metrics_of_each_method():
    api = {"RestApiId": {"Ref": "A"}}
    given = one(
        S=resource("ApiGateway::Stage", MethodSettings=[{"MetricsEnabled": True}], **api),
        G=resource("ApiGateway::Method", **api),
        P=resource("ApiGateway::Method", **api),
        O=resource("ApiGateway::Method", RestApiId={"Ref": "Other"}),
    )
    found = estimate(given, BOOK, Usage("x", {"api.called_share": D("0.5")}))
    assert rows(found)["cloudwatch.metric"] == (5, D("1.5"))
    assert found.notes == (
        "Detailed metrics: each of 2 methods publishes 5 metrics, paid for the hours in which it is called (S).",
    )
    plain = one(S=resource("ApiGateway::Stage", MethodSettings=[{"MetricsEnabled": False}], **api))
    assert not estimate(plain, BOOK).rows


def test_an_unknown_type_is_counted_and_a_size_without_a_price_is_open():
    given = one(
        A={"Type": "AWS::New::Thing"},
        B={"Type": "AWS::New::Thing"},
        C=resource("RDS::DBInstance", DBInstanceClass="db.huge"),
    )
    found = estimate(given, BOOK)
    assert found.not_priced == {"AWS::New::Thing": 2}
    assert [row.key for row in found.rows if row.price is None] == ["rds.db.huge"]
    assert found.open >= 1


FACTS = (ROOT / "pkgops/cost/facts").glob("*.py")
WORDS = sorted({word for path in FACTS for word in re.findall(r'"([A-Z]\w+)"', path.read_text())})
EVERYTHING = Usage("x", dict.fromkeys(MEASURES, D(10)))


@settings(max_examples=40, deadline=None)
@given_(odd_templates.resources(sorted(RULES), WORDS))
def test_properties_that_hold_anything(resources):
    found = estimate([("app", {"Resources": resources})], BOOK, EVERYTHING)
    assert all(row.amount is None or row.amount >= 0 for row in found.rows)
    assert found.open == sum(row.price is None for row in found.rows)


@pytest.mark.parametrize("odd", [{"Ref": "Size"}, None, "many", True, float("nan"), "NaN"])
def test_values_that_are_no_numbers_count_as_the_default(odd):
    given: Any = one(F=resource("Lambda::Function", MemorySize=odd))
    found = priced(given, function__invocations=8000, function__milliseconds=1000)
    assert found["lambda.x86.gb_seconds"][0] == 1000


def test_a_snapshot_costs_while_its_version_is_there_and_when_it_is_restored():
    version = resource("Lambda::Version", FunctionName={"Ref": "F"})
    snapped = resource("Lambda::Function", MemorySize=512, SnapStart={"ApplyOn": "PublishedVersions"})
    found = estimate(one(F=snapped, V=version), BOOK, Usage("x", {"function.restores": D(1000)}))
    rows = {row.key: row for row in found.rows if row.key.startswith("lambda.snapshot.")}
    assert rows["lambda.snapshot.gb_seconds"].quantity == D("0.5") * 730 * 3600
    assert round(rows["lambda.snapshot.gb_seconds"].amount, 2) == D("1.98")
    assert round(rows["lambda.snapshot.restored_gb"].amount, 2) == D("0.07")
    assert any("SnapStart" in note for note in found.notes)
    plain = resource("Lambda::Function", MemorySize=512, SnapStart={"ApplyOn": "None"})
    assert not [row for row in estimate(one(F=plain, V=version), BOOK).rows if "snapshot" in row.key]
