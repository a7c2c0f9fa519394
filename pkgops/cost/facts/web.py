"""What do APIs, distributions, firewalls and users cost?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pkgops.cost.facts.items import Item, Resource, Rule, others, referred
from pkgops.intrinsics import many, mapping, mappings

_METRICS = 5  # a method has: Count, 4XXError, 5XXError, Latency, IntegrationLatency


def rest_api(one: Resource) -> Iterator[Item]:
    """Requests to a REST API."""
    yield one.used("apigateway.rest.requests", "api.requests")


def rest_stage(one: Resource) -> Iterator[Item]:
    """Detailed metrics: each method is metrics of its own."""
    settings = mappings(one.properties.get("MethodSettings"))
    if any(row.get("MetricsEnabled") is True for row in settings):
        api = referred(one.properties.get("RestApiId"))
        methods = sum(referred(given.get("RestApiId")) == api for _, given in others(one, "AWS::ApiGateway::Method"))
        publishes = f"each of {methods} methods publishes {_METRICS} metrics"
        note = f"Detailed metrics: {publishes}, paid for the hours in which it is called"
        yield one.used(
            "cloudwatch.metric", "api.called_share", times=methods * _METRICS, cause="MethodSettings", note=note
        )


def api(one: Resource) -> Iterator[Item]:
    """Requests to an HTTP API; messages and connections of a WebSocket API."""
    if one.properties.get("ProtocolType") == "WEBSOCKET":
        yield one.used("apigateway.websocket.messages", "socket.messages")
        yield one.used("apigateway.websocket.minutes", "socket.minutes")
    else:
        yield one.used("apigateway.http.requests", "api.requests")


def distribution(one: Resource) -> Iterator[Item]:
    """Traffic and requests of a distribution, and the functions that run in it."""
    yield one.used("cloudfront.transfer", "cdn.gigabytes", cause="PriceClass")
    yield one.used("cloudfront.requests", "cdn.requests")
    config = mapping(one.properties.get("DistributionConfig"))
    behaviours = [mapping(config.get("DefaultCacheBehavior")), *mappings(config.get("CacheBehaviors"))]
    if any(row.get("FunctionAssociations") for row in behaviours):
        yield one.used("cloudfront.functions", "cdn.requests", cause="FunctionAssociations")


def firewall(one: Resource) -> Iterator[Item]:
    """A web ACL, its rules, and the requests it sees."""
    yield one.item("waf.acl")
    rules = len(many(one.properties.get("Rules")))
    if rules:
        yield one.item("waf.rule", rules, "Rules")
    yield one.used("waf.requests", "firewall.requests")


def user_pool(one: Resource) -> Iterator[Item]:
    """Users who are active in a month, by the pool's tier."""
    tier = str(one.properties.get("UserPoolTier", "ESSENTIALS")).upper()
    known = tier if tier in ("LITE", "ESSENTIALS", "PLUS") else "ESSENTIALS"
    note = "The tier PLUS has no free users, ESSENTIALS has 10,000" if known == "PLUS" else ""
    yield one.used(f"cognito.{known.lower()}", "users.active", cause="UserPoolTier", note=note)


RULES: Mapping[str, Rule] = {
    "AWS::ApiGateway::RestApi": rest_api,
    "AWS::ApiGateway::Stage": rest_stage,
    "AWS::ApiGatewayV2::Api": api,
    "AWS::CloudFront::Distribution": distribution,
    "AWS::Cognito::UserPool": user_pool,
    "AWS::WAFv2::WebACL": firewall,
}
