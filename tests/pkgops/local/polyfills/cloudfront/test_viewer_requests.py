"""Contract: a distribution's behaviours, its bucket read as its identity, its error pages and headers."""

from __future__ import annotations

import gzip

import pytest

from tests.pkgops.local.edge.site import PAGES, behavior, bucket_origin, distribution, readable

pytestmark = pytest.mark.emulator

OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
MANAGED = "67f7725c-6f97-4210-82d7-5512b31e9d03"  # SecurityHeadersPolicy
HEADERS = {
    "SecurityHeadersConfig": {
        "ContentTypeOptions": {"Override": True},
        "FrameOptions": {"FrameOption": "DENY", "Override": True},
        "ReferrerPolicy": {"ReferrerPolicy": "strict-origin-when-cross-origin", "Override": True},
        "StrictTransportSecurity": {
            "AccessControlMaxAgeSec": 31536000,
            "IncludeSubdomains": True,
            "Preload": False,
            "Override": True,
        },
        "XSSProtection": {"Protection": True, "ModeBlock": True, "Override": True},
    },
    "CustomHeadersConfig": {
        "Items": [
            {"Header": "Cache-Control", "Value": "no-store", "Override": False},
            {"Header": "X-Own", "Value": "1", "Override": True},
        ]
    },
    "RemoveHeadersConfig": {"Items": [{"Header": "x-amz-meta-hidden"}]},
    "CorsConfig": {
        "AccessControlAllowOrigins": {"Items": ["https://app.example"]},
        "AccessControlAllowHeaders": {"Items": ["*"]},
        "AccessControlAllowMethods": {"Items": ["GET"]},
        "AccessControlAllowCredentials": False,
        "OriginOverride": True,
    },
}
CONTROL = {
    "OriginAccessControlOriginType": "s3",
    "SigningBehavior": "always",
    "SigningProtocol": "sigv4",
}


def test_a_private_bucket_is_read_by_its_identity_alone(deploy, visit, site, aws):
    config = distribution([bucket_origin(site)], behavior(site), DefaultRootObject="index.html")
    visitor = visit(deploy({**readable(site), "Distribution": config}))
    answer = visitor.get("/")
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (200, PAGES["index.html"], "text/html")
    assert answer.headers["x-cache"] == "Miss from cloudfront"
    assert visitor.get("/app/page.html").text == PAGES["app/page.html"]
    assert visitor.get("/", "HEAD").headers["content-type"] == "text/html"
    assert visitor.get("/app/").status_code == 403  # only the root has a default
    assert visitor.get("/missing").status_code == 403  # who may not list learns nothing
    aws("s3").delete_bucket_policy(Bucket=site)
    assert visitor.get("/").status_code == 403


def test_who_may_list_learns_that_an_object_is_missing(deploy, visit, site):
    config = distribution([bucket_origin(site)], behavior(site))
    visitor = visit(deploy({**readable(site, "s3:ListBucket"), "Distribution": config}))
    assert [visitor.get(path).status_code for path in ("/index.html", "/missing")] == [200, 404]


def test_another_identity_is_not_let_in(deploy, visit, site):
    config = distribution([bucket_origin(site, "Other")], behavior(site))
    other = {"Type": "AWS::CloudFront::CloudFrontOriginAccessIdentity", "Properties": {}}
    other["Properties"] = {"CloudFrontOriginAccessIdentityConfig": {"Comment": "another"}}
    visitor = visit(deploy({**readable(site), "Other": other, "Distribution": config}))
    assert visitor.get("/index.html").status_code == 403


@pytest.mark.parametrize("signing", ["always", "never"])
def test_an_access_control_signs_as_the_distribution(deploy, visit, site, unique, signing):
    control = CONTROL | {"Name": unique("control"), "SigningBehavior": signing}
    origin = bucket_origin(site, OriginAccessControlId={"Ref": "Control"}, S3OriginConfig={"OriginAccessIdentity": ""})
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{site}/*",
        "Condition": {
            "StringEquals": {
                "AWS:SourceArn": {"Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}"}
            }
        },
    }
    resources = {
        "Control": {
            "Type": "AWS::CloudFront::OriginAccessControl",
            "Properties": {"OriginAccessControlConfig": control},
        },
        "Distribution": distribution([origin], behavior(site)),
        "Another": distribution([origin], behavior(site)),
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": site, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}},
        },
    }
    stack = deploy(resources)
    assert visit(stack).get("/index.html").status_code == (200 if signing == "always" else 403)
    assert visit(stack, "Another").get("/index.html").status_code == 403


def test_the_first_behaviour_whose_pattern_fits_takes_the_request(deploy, visit, site, aws):
    aws("s3").put_object(Bucket=site, Key="v2/app/page.html", Body=b"second")
    second = bucket_origin(site, Id="second", OriginPath="/v2")
    behaviors = [
        behavior("second", PathPattern="/app/*"),
        behavior(site, PathPattern="/app/page.html"),
        behavior(
            site, PathPattern="/posts", AllowedMethods=["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
        ),
        behavior(site, PathPattern="/secure*", ViewerProtocolPolicy="https-only"),
    ]
    config = distribution([bucket_origin(site), second], behavior(site), CacheBehaviors=behaviors)
    visitor = visit(deploy({**readable(site), "Distribution": config}))
    assert visitor.get("/app/page.html").text == "second"
    assert visitor.get("/App/page.html").status_code == 403  # no such key: case matters
    assert [visitor.get(path, "POST").status_code for path in ("/posts", "/other")] == [405, 403]
    assert "not configured to allow" in visitor.get("/other", "POST").text
    assert visitor.get("/secure").text.count("https") == 1


def test_errors_are_answered_with_their_pages(deploy, visit, site):
    pages = [
        {"ErrorCode": 403, "ResponsePagePath": "/index.html", "ResponseCode": 200, "ErrorCachingMinTTL": 0},
        {"ErrorCode": 502, "ResponsePagePath": "/error.html", "ResponseCode": 500},
        {"ErrorCode": 404, "ErrorCachingMinTTL": 5},
    ]
    dead = {
        "Id": "dead",
        "DomainName": "127.0.0.1",
        "CustomOriginConfig": {"OriginProtocolPolicy": "http-only", "HTTPPort": 1},
    }
    config = distribution(
        [bucket_origin(site), dead],
        behavior(site),
        CacheBehaviors=[behavior("dead", PathPattern="/api/*")],
        CustomErrorResponses=pages,
    )
    stack = deploy({**readable(site), "Distribution": config})
    answer = visit(stack).get("/sessions")
    assert (answer.status_code, answer.text, answer.headers["x-cache"]) == (
        200,
        PAGES["index.html"],
        "Error from cloudfront",
    )
    broken = visit(stack).get("/api/x")
    assert (broken.status_code, broken.text) == (500, PAGES["error.html"])


def test_a_page_that_is_missing_leaves_the_error(deploy, visit, site):
    pages = [{"ErrorCode": 403, "ResponsePagePath": "/nowhere.html", "ResponseCode": 200}]
    config = distribution([bucket_origin(site)], behavior(site), CustomErrorResponses=pages)
    assert visit(deploy({**readable(site), "Distribution": config})).get("/x").status_code == 403


def test_a_response_headers_policy_sets_adds_and_removes(deploy, visit, site, unique, aws):
    aws("s3").put_object(
        Bucket=site, Key="x", Body=b"x", CacheControl="max-age=1", Metadata={"kept": "1", "hidden": "1"}
    )
    resources = {
        **readable(site),
        "Policy": {
            "Type": "AWS::CloudFront::ResponseHeadersPolicy",
            "Properties": {"ResponseHeadersPolicyConfig": HEADERS | {"Name": unique("policy")}},
        },
        "Distribution": distribution(
            [bucket_origin(site)],
            behavior(site, ResponseHeadersPolicyId={"Ref": "Policy"}),
            CacheBehaviors=[behavior(site, PathPattern="/index.html", ResponseHeadersPolicyId=MANAGED)],
        ),
    }
    visitor = visit(deploy(resources))
    headers = visitor.get("/x", headers={"Origin": "https://app.example"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert headers["x-xss-protection"] == "1; mode=block"
    assert (headers["cache-control"], headers["x-own"]) == ("max-age=1", "1")
    assert ("x-amz-meta-kept" in headers, "x-amz-meta-hidden" in headers) == (True, False)
    assert headers["access-control-allow-origin"] == "https://app.example"
    assert "access-control-allow-origin" not in visitor.get("/x", headers={"Origin": "https://evil.example"}).headers
    assert visitor.get("/index.html").headers["x-frame-options"] == "SAMEORIGIN"


def test_answers_are_compressed_where_all_ask_for_it(deploy, visit, site, aws):
    text = "<p>the same again</p>" * 200
    aws("s3").put_object(Bucket=site, Key="long.html", Body=text.encode(), ContentType="text/html")
    aws("s3").put_object(Bucket=site, Key="long.png", Body=text.encode(), ContentType="image/png")
    config = distribution(
        [bucket_origin(site)],
        behavior(site, Compress=True, CachePolicyId=OPTIMIZED),
        CacheBehaviors=[behavior(site, PathPattern="/index.html", Compress=True, CachePolicyId=OPTIMIZED)],
    )
    visitor = visit(deploy({**readable(site), "Distribution": config}))
    asked = {"Accept-Encoding": "br, gzip;q=0.8"}
    answer = visitor.get("/long.html", headers=asked)
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert answer.text == text
    assert answer.headers["etag"].startswith("W/")
    assert int(answer.headers["content-length"]) == len(gzip.compress(text.encode(), 6))
    for path, headers in (
        ("/long.png", asked),
        ("/index.html", asked),
        ("/long.html", {"Accept-Encoding": "identity"}),
    ):
        assert "content-encoding" not in visitor.get(path, headers=headers).headers


def test_parts_and_conditions_reach_the_bucket(deploy, visit, site):
    visitor = visit(deploy({**readable(site), "Distribution": distribution([bucket_origin(site)], behavior(site))}))
    part = visitor.get("/index.html", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.text) == (206, "<h1>")
    tag = visitor.get("/index.html").headers["etag"]
    assert visitor.get("/index.html", headers={"If-None-Match": tag}).status_code == 304


def test_a_disabled_distribution_serves_nothing(deploy, visit, site):
    config = distribution([bucket_origin(site)], behavior(site), Enabled=False)
    assert visit(deploy({**readable(site), "Distribution": config})).get("/index.html").status_code == 403


def test_an_invalidation_is_taken(deploy, site, aws):
    stack = deploy({**readable(site), "Distribution": distribution([bucket_origin(site)], behavior(site))})
    cloudfront, id = aws("cloudfront"), stack.physical("Distribution")
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "one"}
    made = cloudfront.create_invalidation(DistributionId=id, InvalidationBatch=batch)["Invalidation"]
    cloudfront.get_waiter("invalidation_completed").wait(DistributionId=id, Id=made["Id"])
    rows = cloudfront.list_invalidations(DistributionId=id)["InvalidationList"]["Items"]
    assert [row["Id"] for row in rows] == [made["Id"]]
