"""Distributions: which behavior answers which path, what may be associated, and what buckets let them read."""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.kit.bucket import Bucket
from pkgops.kit.cdn.distribution import Behavior, Distribution, ErrorPage, distribution
from pkgops.kit.cdn.origins import BucketOrigin, HttpOrigin, origin_access, origin_bucket, origin_identity
from pkgops.kit.cdn.policies import ALL, CachePolicy, OriginRequestPolicy, cache_policy, origin_request_policy
from pkgops.kit.cdn.response_headers import ResponseHeadersPolicy, response_headers_policy
from pkgops.kit.cdn.viewer_function import CloudFrontFunction, cloudfront_function
from pkgops.scope import Scope

SERVER = HttpOrigin("server", "shop.example.com")


def config(scope: Scope, *behaviors: Behavior, **more: Any) -> dict[str, Any]:
    distribution(scope, Distribution("Shop", (SERVER,), behaviors, **more))
    found: dict[str, Any] = resources(scope)["Distribution"]["Properties"]["DistributionConfig"]
    return found


def resources(scope: Scope) -> dict[str, Any]:
    found: dict[str, Any] = scope.template.to_dict()["Resources"]
    return found


def test_behaviors_keep_their_order_wherever_the_default_one_stands(scope: Scope) -> None:
    made = config(scope, Behavior("server", "/_next/image*"), Behavior("server"), Behavior("server", "/_next/*"))
    assert [row["PathPattern"] for row in made["CacheBehaviors"]] == ["/_next/image*", "/_next/*"]
    assert "PathPattern" not in made["DefaultCacheBehavior"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("/_next/*", "/_next/image*"), ("*", "/api/*"), ("/a", "/a"), ("_next/*", "/_next/data/*"), ("/?", "/b")],
)
def test_a_behavior_that_no_path_reaches_is_refused(scope: Scope, earlier: str, later: str) -> None:
    with pytest.raises(ValueError, match="comes first"):
        config(scope, Behavior("server"), Behavior("server", earlier), Behavior("server", later))


@pytest.mark.parametrize("rows", [(), (Behavior("server", "/a"),), (Behavior("server"), Behavior("server"))])
def test_there_is_one_default_behavior(scope: Scope, rows: tuple[Behavior, ...]) -> None:
    with pytest.raises(ValueError, match="one behavior without a pattern"):
        config(scope, *rows)


@pytest.mark.parametrize("row", [Behavior("other"), Behavior("server", cache="CachingOptimised")])
def test_unknown_origins_and_policies_are_named(scope: Scope, row: Behavior) -> None:
    with pytest.raises(ValueError, match=r"'other'|'CachingOptimised'"):
        config(scope, row)


def test_own_policies_are_referred_to(scope: Scope) -> None:
    cache = cache_policy(scope, CachePolicy("shop-pages", ("accept",), cookies=ALL, compressed=False))
    request = origin_request_policy(scope, OriginRequestPolicy("shop-all", ALL, ALL, ("page",)))
    headers = response_headers_policy(scope, ResponseHeadersPolicy("shop-headers", frames="", headers={"x-a": "b"}))
    made = config(scope, Behavior("server", cache=cache, origin_request=request, response_headers=headers))
    row = made["DefaultCacheBehavior"]
    assert row["CachePolicyId"] == {"Ref": "PagesCachePolicy"}
    assert row["OriginRequestPolicyId"] == {"Ref": "AllOriginRequestPolicy"}
    assert row["ResponseHeadersPolicyId"] == {"Ref": "HeadersPolicy"}
    asked = resources(scope)["AllOriginRequestPolicy"]["Properties"]["OriginRequestPolicyConfig"]
    assert asked["HeadersConfig"] == {"HeaderBehavior": "allExcept", "Headers": ["host"]}
    assert asked["CookiesConfig"] == {"CookieBehavior": "all"}
    assert asked["QueryStringsConfig"] == {"QueryStringBehavior": "whitelist", "QueryStrings": ["page"]}
    security = resources(scope)["HeadersPolicy"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert "FrameOptions" not in security


def test_aliases_pages_and_prices_are_set_where_they_are_given(scope: Scope) -> None:
    given = {"aliases": ("shop.example",), "certificate": "arn:aws:acm:us-east-1:1:certificate/a"}
    made = config(scope, Behavior("server"), error_pages=(ErrorPage(404, "/404.html", 404, 10),), **given)
    assert made["Aliases"] == ["shop.example"]
    assert made["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert made["CustomErrorResponses"] == [
        {"ErrorCode": 404, "ResponsePagePath": "/404.html", "ResponseCode": 404, "ErrorCachingMinTTL": 10}
    ]


def test_two_buckets_are_read_by_an_identity_each(scope: Scope) -> None:
    first, second = origin_identity(scope, "pages", "Pages"), origin_identity(scope, "images", "Images")
    origins = (
        BucketOrigin("pages", origin_bucket(scope, Bucket("shop-pages"), first), first),
        BucketOrigin("images", origin_bucket(scope, Bucket("shop-images"), second), second, "/small"),
    )
    distribution(scope, Distribution("Shop", origins, (Behavior("pages"), Behavior("images", "/images/*"))))
    made = resources(scope)
    for name, bucket in (("Pages", "PagesBucket"), ("Images", "ImagesBucket")):
        statement = made[f"{bucket}Policy"]["Properties"]["PolicyDocument"]["Statement"][1]
        assert statement["Principal"] == {"CanonicalUser": {"Fn::GetAtt": [f"{name}Identity", "S3CanonicalUserId"]}}
        assert statement["Action"] == ["s3:GetObject"]
        assert statement["Resource"] == [{"Fn::Sub": f"${{{bucket}.Arn}}/*"}]
    rows = made["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
    assert rows[1]["OriginPath"] == "/small"
    assert rows[1]["S3OriginConfig"] == {
        "OriginAccessIdentity": {"Fn::Sub": "origin-access-identity/cloudfront/${ImagesIdentity}"}
    }


def test_an_access_control_opens_a_bucket_to_its_distribution_alone(scope: Scope) -> None:
    access = origin_access(scope, "shop-assets", "Distribution")
    bucket = origin_bucket(scope, Bucket("shop-assets"), access)
    distribution(scope, Distribution("Shop", (BucketOrigin("a", bucket, access),), (Behavior("a"),)))
    statement = resources(scope)["AssetsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][1]
    assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    arn = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}"
    assert statement["Condition"] == {"StringEquals": {"AWS:SourceArn": {"Fn::Sub": arn}}}


@pytest.mark.parametrize("access", ["identity", "control"])
def test_who_may_list_a_bucket_learns_what_is_missing(scope: Scope, access: str) -> None:
    reader = origin_identity(scope, "a", "A") if access == "identity" else origin_access(scope, "a", "Distribution")
    origin_bucket(scope, Bucket("shop-assets"), reader, missing=404)
    *_, read, listed = resources(scope)["AssetsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (listed["Action"], listed["Resource"]) == (["s3:ListBucket"], [{"Fn::GetAtt": ["AssetsBucket", "Arn"]}])
    assert listed["Principal"] == read["Principal"]
    assert listed.get("Condition") == read.get("Condition")
    assert read["Action"] == ["s3:GetObject"]


def test_a_viewer_function_that_is_too_large_is_refused(scope: Scope) -> None:
    with pytest.raises(ValueError, match="10241 bytes"):
        cloudfront_function(scope, CloudFrontFunction("shop-large", "x" * 10_241))
