"""What do functions cost?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from pkgops.cost.facts.items import HOURS, Item, Resource, Rule, number, others, referred
from pkgops.intrinsics import many, mapping, mappings

_MEGABYTE = Decimal(1) / Decimal(1024)  # in GB
_SECOND = Decimal(1) / Decimal(1000)  # in a millisecond


def function(one: Resource) -> Iterator[Item]:
    """Requests, and duration by memory and processor; at the edge neither is free nor as cheap."""
    arm = "arm64" in many(one.properties.get("Architectures"))
    kind = "edge" if _at_edge(one) else "arm" if arm else "x86"
    memory = number(one.properties.get("MemorySize"), 128) * _MEGABYTE
    yield one.used("lambda.edge.requests" if kind == "edge" else "lambda.requests", "function.invocations")
    measures = ("function.invocations", "function.milliseconds")
    yield one.used(f"lambda.{kind}.gb_seconds", *measures, times=memory * _SECOND, cause="MemorySize")
    if mapping(one.properties.get("TracingConfig")).get("Mode") == "Active":
        measures = ("function.invocations", "function.traced_share")
        yield one.used("xray.traces", *measures, cause="TracingConfig")


def alias(one: Resource) -> Iterator[Item]:
    """Provisioned concurrency, of an alias or a version, costs by the hour."""
    config = mapping(one.properties.get("ProvisionedConcurrencyConfig"))
    count = number(config.get("ProvisionedConcurrentExecutions"), 0)
    if count:
        functions = dict(others(one, "AWS::Lambda::Function"))
        memory = number(functions.get(referred(one.properties.get("FunctionName")), {}).get("MemorySize"), 128)
        seconds = count * memory * _MEGABYTE * HOURS * 3600
        note = "Provisioned concurrency is paid by the hour, used or not"
        yield one.item("lambda.provisioned.gb_seconds", seconds, "ProvisionedConcurrencyConfig", note)


def version(one: Resource) -> Iterator[Item]:
    """A snapshot is paid by the second while its version is there, and each time a function starts from it."""
    yield from alias(one)
    function = dict(others(one, "AWS::Lambda::Function")).get(referred(one.properties.get("FunctionName")), {})
    if mapping(function.get("SnapStart")).get("ApplyOn") != "PublishedVersions":
        return
    memory = number(function.get("MemorySize"), 128) * _MEGABYTE
    note = "Snapshots of SnapStart are paid by the second, used or not"
    yield one.item("lambda.snapshot.gb_seconds", memory * HOURS * 3600, "SnapStart", note)
    yield one.used("lambda.snapshot.restored_gb", "function.restores", times=memory, cause="SnapStart")


def schedule(one: Resource) -> Iterator[Item]:
    """Invocations of EventBridge Scheduler; rules with a schedule are free."""
    yield one.used("scheduler.invocations", "schedule.invocations")


def machine(one: Resource) -> Iterator[Item]:
    """Transitions of a state machine."""
    if one.properties.get("StateMachineType", "STANDARD") == "STANDARD":
        yield one.used("stepfunctions.transitions", "machine.transitions", cause="StateMachineType")


def _at_edge(one: Resource) -> bool:
    """Whether a distribution of the template runs a version of the function."""
    versions = {
        name for name, given in others(one, "AWS::Lambda::Version") if referred(given.get("FunctionName")) == one.id
    }
    distributions = [given for _, given in others(one, "AWS::CloudFront::Distribution")]
    config = [mapping(given.get("DistributionConfig")) for given in distributions]
    behaviours = [
        row
        for each in config
        for row in (mapping(each.get("DefaultCacheBehavior")), *mappings(each.get("CacheBehaviors")))
    ]
    rows = [row for each in behaviours for row in mappings(each.get("LambdaFunctionAssociations"))]
    return any(referred(row.get("LambdaFunctionARN")) in versions for row in rows)


RULES: Mapping[str, Rule] = {
    "AWS::Lambda::Alias": alias,
    "AWS::Lambda::Function": function,
    "AWS::Lambda::Version": version,
    "AWS::Scheduler::Schedule": schedule,
    "AWS::StepFunctions::StateMachine": machine,
}
