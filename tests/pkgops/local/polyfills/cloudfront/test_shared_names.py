"""Contract: names of policies and access controls are one stack's alone, and what is used is not deleted."""

from __future__ import annotations

import pytest

from tests.pkgops.local.edge.site import behavior, distribution

pytestmark = pytest.mark.emulator

ORIGIN = {"Id": "one", "DomainName": "example.com", "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}
CACHE = {"MinTTL": 0, "MaxTTL": 1, "DefaultTTL": 1, "ParametersInCacheKeyAndForwardedToOrigin": {}}
CACHE["ParametersInCacheKeyAndForwardedToOrigin"] = {
    "CookiesConfig": {"CookieBehavior": "none"},
    "HeadersConfig": {"HeaderBehavior": "none"},
    "QueryStringsConfig": {"QueryStringBehavior": "none"},
    "EnableAcceptEncodingGzip": False,
}
REQUEST = {
    "CookiesConfig": {"CookieBehavior": "none"},
    "HeadersConfig": {"HeaderBehavior": "none"},
    "QueryStringsConfig": {"QueryStringBehavior": "none"},
}
CONTROL = {"OriginAccessControlOriginType": "s3", "SigningBehavior": "always", "SigningProtocol": "sigv4"}
KINDS = {
    "CachePolicy": ("CachePolicyConfig", CACHE, "CachePolicyId"),
    "OriginRequestPolicy": ("OriginRequestPolicyConfig", REQUEST, "OriginRequestPolicyId"),
    "ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig", {}, "ResponseHeadersPolicyId"),
}


def resource(kind, config, name, settings):
    return {"Type": f"AWS::CloudFront::{kind}", "Properties": {config: settings | {"Name": name}}}


@pytest.mark.parametrize("kind", [*KINDS, "OriginAccessControl"])
def test_a_name_is_taken_once(deploy, unique, kind):
    config, settings, _ = KINDS.get(kind, ("OriginAccessControlConfig", CONTROL, ""))
    name = unique("name")
    first = deploy({"One": resource(kind, config, name, settings)})
    assert first.status == "CREATE_COMPLETE", first.reasons
    second = deploy({"Two": resource(kind, config, name, settings)})
    assert second.status == "ROLLBACK_COMPLETE"
    assert any("already exists" in one for one in second.reasons)
    assert (
        first.update({"Resources": {"One": resource(kind, config, unique("new"), settings)}}).status
        == "UPDATE_COMPLETE"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_distribution_uses_stays(deploy, unique, kind):
    config, settings, named = KINDS[kind]
    policy = deploy({"One": resource(kind, config, unique("name"), settings)})
    user = deploy({"Distribution": distribution([ORIGIN], behavior("one") | {named: policy.physical("One")})})
    assert policy.delete().status == "DELETE_FAILED"
    assert any(f"{kind}InUse" in one for one in policy.reasons)
    user.delete()
    assert policy.delete().status == "DELETE_COMPLETE"
