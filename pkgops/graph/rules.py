"""What calls, triggers or feeds what, by the resources that connect them? A rule for each type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pkgops.checks.kit.subject import Resource
from pkgops.graph.connections import Connections
from pkgops.graph.distributions import distribution
from pkgops.graph.kinds import ADDRESSED, SECRET
from pkgops.graph.model import Edge, ResourceKey
from pkgops.graph.ownership import Ownership
from pkgops.intrinsics import mapping, mappings

Rule = Callable[[Connections, ResourceKey, Resource], Iterator[Edge]]


def connections(ownership: Ownership) -> Iterator[Edge]:
    """The edges of a system that are no permissions, a resource at a time."""
    found = Connections(ownership)
    for key, one in ownership.references.resources.items():
        rule = RULES.get(one.type)
        if rule is not None:
            yield from rule(found, key, one)


def _method(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    properties = one.properties
    integration = mapping(properties.get("Integration"))
    route = f"{properties.get('HttpMethod')} {_path(found, key[0], properties.get('ResourceId'))}"
    yield from found.between(key[0], properties.get("RestApiId"), integration.get("Uri"), "routes", route)


def _path(found: Connections, stack: str, resource: Any) -> str:
    """The path of a resource of a REST API, from its parents."""
    parts: list[str] = []
    seen: set[ResourceKey] = set()
    keys = found.ownership.references.of(stack, resource)
    while keys and keys[0] not in seen:
        seen.add(keys[0])
        properties = found.ownership.references.resources[keys[0]].properties
        if "PathPart" not in properties:
            break
        parts.append(str(properties["PathPart"]))
        keys = found.ownership.references.of(stack, properties.get("ParentId"))
    return "/" + "/".join(reversed(parts))


def _route(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    for integration in found.ownership.references.of(key[0], one.properties.get("Target")):
        uri = found.ownership.references.resources[integration].properties.get("IntegrationUri")
        route = str(one.properties.get("RouteKey"))
        yield from found.between(key[0], one.properties.get("ApiId"), uri, "routes", route)


def _authorizer(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    given = one.properties
    api = [given.get("RestApiId"), given.get("ApiId")]
    checkers = [
        given.get("AuthorizerUri"),
        given.get("ProviderARNs"),
        mapping(given.get("JwtConfiguration")).get("Issuer"),
    ]
    yield from found.between(key[0], api, checkers, "authorizes")


def _event_source(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    given = one.properties
    yield from found.between(key[0], given.get("EventSourceArn"), given.get("FunctionName"), "triggers")
    yield from _destinations(found, key, one)


def _destinations(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    config = mapping(one.properties.get("DestinationConfig"))
    for name, kind in (("OnFailure", "failures"), ("OnSuccess", "successes")):
        end = mapping(config.get(name)).get("Destination")
        yield from found.between(key[0], one.properties.get("FunctionName"), end, kind)


def _function(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    letters = mapping(one.properties.get("DeadLetterConfig")).get("TargetArn")
    yield from found.between(key[0], found.own(key), letters, "failures")
    variables = mapping(one.properties.get("Environment")).get("Variables")
    for end in found.nodes(key[0], variables):
        kind = found.ownership.kept[end][0]
        if kind in ADDRESSED:
            yield Edge(".".join(key), ".".join(end), "uses")


def _queue(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    policy = mapping(one.properties.get("RedrivePolicy"))
    if isinstance(policy, Mapping):
        yield from found.between(key[0], found.own(key), policy.get("deadLetterTargetArn"), "dead letters")


def _rule(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    for target in mappings(one.properties.get("Targets")):
        if one.properties.get("EventPattern"):
            yield from found.between(key[0], one.properties.get("EventBusName"), target.get("Arn"), "events")
        letters = mapping(target.get("DeadLetterConfig")).get("Arn")
        yield from found.between(key[0], target.get("Arn"), letters, "failures")


def _subscription(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    yield from found.between(key[0], one.properties.get("TopicArn"), one.properties.get("Endpoint"), "notifies")


def _bucket(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    yield from found.between(key[0], found.own(key), one.properties.get("NotificationConfiguration"), "events")


def _users(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    for trigger, function in sorted(mapping(one.properties.get("LambdaConfig")).items()):
        yield from found.between(key[0], found.own(key), function, "triggers", str(trigger))


def _firewall(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    yield from found.between(key[0], one.properties.get("WebACLArn"), one.properties.get("ResourceArn"), "protects")


def _backup(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    resources = mapping(one.properties.get("BackupSelection")).get("Resources")
    yield from found.between(key[0], one.properties.get("BackupPlanId"), resources, "backs up")


def _rotation(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    given = one.properties
    yield from found.between(key[0], given.get("SecretId"), given.get("RotationLambdaARN"), "rotates")


def _log_filter(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    given = one.properties
    yield from found.between(key[0], given.get("LogGroupName"), given.get("DestinationArn"), "logs")


def _machine(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    given = one.properties
    steps = [given.get(name) for name in ("Definition", "DefinitionString", "DefinitionSubstitutions")]
    yield from found.between(key[0], found.own(key), steps, "steps")


def _data_store(found: Connections, key: ResourceKey, one: Resource) -> Iterator[Edge]:
    """The secrets that hold the credentials of a database or a cache."""
    for end in found.nodes(key[0], one.properties):
        if found.ownership.kept[end][0] == SECRET:
            yield from (Edge(".".join(owner), ".".join(end), "credentials") for owner in found.ownership.owners(key))


RULES: Mapping[str, Rule] = {
    "AWS::ApiGateway::Authorizer": _authorizer,
    "AWS::ApiGateway::Method": _method,
    "AWS::ApiGatewayV2::Authorizer": _authorizer,
    "AWS::ApiGatewayV2::Route": _route,
    "AWS::Backup::BackupSelection": _backup,
    "AWS::CloudFront::Distribution": distribution,
    "AWS::Cognito::UserPool": _users,
    "AWS::ElastiCache::ReplicationGroup": _data_store,
    "AWS::Events::Rule": _rule,
    "AWS::Lambda::EventInvokeConfig": _destinations,
    "AWS::Lambda::EventSourceMapping": _event_source,
    "AWS::Lambda::Function": _function,
    "AWS::Logs::SubscriptionFilter": _log_filter,
    "AWS::RDS::DBCluster": _data_store,
    "AWS::RDS::DBInstance": _data_store,
    "AWS::RDS::DBProxy": _data_store,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SQS::Queue": _queue,
    "AWS::SecretsManager::RotationSchedule": _rotation,
    "AWS::StepFunctions::StateMachine": _machine,
    "AWS::WAFv2::WebACLAssociation": _firewall,
}
